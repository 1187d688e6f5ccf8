// The stage: the server gives every layer its box and, for each frame, its pose; here the frames are walked through.
import { isFree } from "./keys.js";

const holder = document.getElementById("stage");
const calm = matchMedia("(prefers-reduced-motion: reduce)");
let stage = null;
let images = new Map();
let playing = false;
let frame = null;
let frames = 1;
let share = 0.5;
let clock = 0;

const parts = () => [...stage.querySelectorAll("[data-poses]")].map((part) => ({ part, poses: posesOf(part), turn: turnOf(part) }));
const posesOf = (part) => part.dataset.poses.split(";").map((pose) => pose.split(" ").map(Number));
const turnOf = (part) => {
  const box = part.querySelector("image, .box");
  const number = (name) => Number(box.getAttribute(name));
  return [number("x") + number("width") / 2, number("y") + number("height") / 2];
};
let moving = [];

/** Take over a stage the server has drawn anew, keeping the pictures that are loaded already. */
function takeStage() {
  // Nothing on the stage has an id: HTMX carries attributes of what has one over, and of style the policy forbids it.
  const drawn = document.querySelector("[data-stage]");
  if (drawn === stage) return;
  stage = drawn;
  if (!stage) return;
  keepImages();
  stage.style.setProperty("--wide", stage.dataset.width / stage.dataset.height);
  for (const flag of stage.querySelectorAll(".flag")) sizeFlag(flag);
  addGhosts();
  moving = parts();
  const count = Number(stage.dataset.frames);
  // The playhead keeps its place in time: the middle stays the middle when the frames become more.
  if (count > 1) share = frame === null ? share : frame / frames;
  frames = count;
  frame = count > 1 ? Math.min(count, Math.max(1, Math.round(share * count))) : null;
  if (frame === null) playing = false;
  show();
}

function keepImages() {
  const now = new Map();
  for (const image of stage.querySelectorAll(".art > image")) {
    const href = image.getAttribute("href");
    const loaded = images.get(href);
    if (loaded && !now.has(href)) {
      for (const { name, value } of image.attributes) loaded.setAttribute(name, value);
      image.replaceWith(loaded);
    }
    now.set(href, now.get(href) ?? loaded ?? image);
  }
  images = now;
}

/** What travels leaves a pale picture where it starts and where it arrives. */
function addGhosts() {
  for (const art of stage.querySelectorAll(".art")) {
    const poses = posesOf(art);
    const [first, last] = [poses[0], poses.at(-1)];
    if (Math.hypot(first[0] - last[0], first[1] - last[1]) < 2) continue;
    art.before(...[first, last].map(([x, y]) => ghost(art, `translate(${x} ${y})`)));
  }
}

function ghost(art, where) {
  const copy = art.cloneNode(true);
  copy.setAttribute("class", "ghost");
  copy.setAttribute("transform", where);
  copy.setAttribute("opacity", "0.24");
  delete copy.dataset.poses;
  return copy;
}

function sizeFlag(flag) {
  const text = flag.querySelector("text");
  const fit = () => flag.querySelector("rect").setAttribute("width", Math.max(36, text.getBBox().width + 22));
  fit();
  new MutationObserver(fit).observe(flag.closest(".layer"), { attributeFilter: ["class"] });
}

function show() {
  for (const { part, poses, turn } of moving) {
    const [x, y, angle, opacity] = poses[Math.min((frame ?? 1) - 1, poses.length - 1)];
    part.setAttribute("transform", `translate(${x} ${y}) rotate(${angle} ${turn[0]} ${turn[1]})`);
    if (part.matches(".art")) part.setAttribute("opacity", opacity);
  }
  const slider = holder.querySelector("[data-frame]");
  if (!slider) return;
  slider.value = frame;
  holder.querySelector("[data-frame-now]").textContent = frame;
  const button = holder.querySelector("[data-play]");
  button.setAttribute("aria-pressed", String(playing));
  button.setAttribute("aria-label", playing ? "Pause" : "Play");
  stage.classList.toggle("playing", playing);
}

function play(on) {
  playing = on && frame !== null;
  clock = performance.now();
  if (playing) requestAnimationFrame(tick);
  show();
}

function tick(now) {
  if (!playing) return;
  const each = 1000 / Number(stage.dataset.fps);
  const steps = Math.floor((now - clock) / each);
  if (steps > 0) {
    clock += steps * each;
    frame = ((frame - 1 + steps) % Number(stage.dataset.frames)) + 1;
    show();
  }
  requestAnimationFrame(tick);
}

function step(by) {
  const count = Number(stage?.dataset.frames ?? 0);
  if (count < 2) return;
  playing = false;
  frame = Math.min(count, Math.max(1, frame + by));
  show();
}

holder.addEventListener("click", (event) => { if (event.target.closest("[data-play]")) play(!playing); });
holder.addEventListener("input", (event) => {
  if (!event.target.matches("[data-frame]")) return;
  playing = false;
  frame = Number(event.target.value);
  show();
});

document.addEventListener("keydown", (event) => {
  const onSlider = event.target.matches("[data-frame]");
  if (!onSlider && (!isFree(event) || event.target.closest("button, a, summary"))) return;
  const by = { ArrowLeft: -1, ArrowRight: 1 }[event.key];
  if (by) step(by * (event.shiftKey ? 10 : 1));
  else if (event.key === " " && frame !== null) play(!playing);
  else return;
  event.preventDefault();
});

calm.addEventListener("change", () => { if (calm.matches) play(false); });
document.addEventListener("htmx:oobAfterSwap", takeStage);
document.addEventListener("htmx:afterSettle", takeStage);
takeStage();

// The size and the frames: presets fill the fields; the buttons that open the menus tell what will be made.
const value = (name) => document.querySelector(`[name=${name}]`).value || document.querySelector("[data-read]").dataset[name];
document.addEventListener("click", (event) => {
  const preset = event.target.closest("[data-size]");
  if (!preset) return;
  const [width, height] = preset.dataset.size.split(" ");
  document.querySelector("[name=width]").value = width;
  document.querySelector("[name=height]").value = height;
  preset.dispatchEvent(new Event("change", { bubbles: true }));
});
document.addEventListener("change", repeat);
document.addEventListener("htmx:afterSettle", repeat);
function repeat() {
  document.querySelector("[data-size-label]").textContent = `${value("width")} × ${value("height")}`;
  document.querySelector("[data-frames-label]").textContent = `${value("frames")} frames at ${value("fps")}`;
  document.querySelector("[data-seconds]").textContent = `${(value("frames") / value("fps")).toFixed(1)} s in all.`;
}
repeat();
