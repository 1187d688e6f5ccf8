// The player: a reel (reel.js) whose steps are drawn from what the film strip tells (film.js).
import { mark, mayCome, seen, still } from "./film.js";
import { isFree } from "./keys.js";
import * as reels from "./reel.js";

const player = document.querySelector("[data-player]");
const frame = player.querySelector("[data-frame]");
const other = player.querySelector("[data-other]");
const calm = matchMedia("(prefers-reduced-motion: reduce)");
const flickers = 500; // slower than three flashes a second, which nobody has to fear
const settles = 180;
const views = ["picture", "difference", "flicker"];

let film = reels.reel(Number(player.dataset.first), Number(player.dataset.last), Number(player.dataset.at));
let view = player.dataset.view;
let timer = null;
let settling = null;
let flicker = null;
let isTurned = false;
let isCut = false;
let asked = 0;

const part = (name, within = player) => within.querySelector(`[data-${name}]`);

/** Take over a new state of the reel, and draw what has changed. */
async function show(next) {
  const hasMoved = next.at !== film.at;
  film = next;
  clearTimeout(timer);
  tell();
  if (hasMoved) await draw();
  if (film.playing) playOn();
}

async function draw() {
  const call = ++asked;
  const told = await still(film.at);
  if (call !== asked) return;
  mark(film.at);
  if (!told) return lose();
  const isThere = await loaded(told.picture);
  const why = isThere ? "" : await whyNot(told.picture);
  if (call !== asked) return;
  drawFrame(told);
  setAll(frame.querySelector(".now"), { visibility: isThere ? "inherit" : "hidden" });
  miss(why);
  await drawView();
  clearTimeout(settling);
  settling = setTimeout(settle, settles);
}

/** Wait for the next one before the rest begins, so that a slow line makes it slower and skips nothing. */
async function playOn() {
  const now = film.at;
  const [here, next] = await Promise.all([still(now), still(now + 1)]);
  if (next) await loaded(next.picture);
  if (!film.playing || film.at !== now) return;
  const pause = reels.rest(film.speed, here?.at ?? null, next?.at ?? null);
  isCut = pause.isCut;
  tell();
  timer = setTimeout(() => show(reels.advanced(film)), pause.wait);
}

/** Whether the picture could be had; wait for that. */
function loaded(address) {
  const image = new Image();
  image.src = address;
  return image.decode().then(() => true, () => false);
}

/** Why a picture did not come: whether it is gone only the server knows. */
async function whyNot(address) {
  const answer = await fetch(address, { method: "HEAD" }).catch(() => null);
  return answer?.status === 404 ? "This picture is gone from the storage." : "This picture did not arrive. Come back to this step to try again.";
}

/** Say in the picture's place why there is none; nothing: there is one. */
function miss(why) {
  const missing = frame.querySelector(".missing");
  missing.textContent = why;
  missing.hidden = !why;
  frame.classList.toggle("lost", Boolean(why));
}

function tell() {
  const [began, ended, now] = [player.dataset.began * 1000, player.dataset.ended * 1000, seen(film.at)?.at ?? null];
  const time = now ? `, ${reels.clock(now - began)} of ${reels.clock(ended - began)}` : "";
  part("place").textContent = `${film.at} of ${film.last}`;
  part("clock").textContent = film.playing && isCut ? `${time}, a longer wait cut to 5 s` : time;
  part("scrub").value = film.at;
  part("scrub").setAttribute("aria-valuetext", film.at ? `Step ${film.at}` : "Before");
  const button = part("play");
  button.setAttribute("aria-pressed", String(film.playing));
  button.setAttribute("aria-label", film.playing ? "Pause" : "Play");
}

/** A step that is not there, for an import may lack some, or that did not arrive. */
function lose() {
  restartFlicker(false);
  turn(false);
  miss(mayCome(film.at) ? `Step ${film.at} did not arrive. Come back to it to try again.` : "This recording lacks it.");
  part("caption").textContent = mayCome(film.at) ? `Step ${film.at}` : `There is no step ${film.at}`;
}

function drawFrame(told) {
  const svg = frame.querySelector("svg");
  setAll(svg, { viewBox: `0 0 ${told.width} ${told.height}`, "aria-label": told.says });
  player.style.setProperty("--wide", told.width / told.height);
  setAll(svg.querySelector(".now"), { href: told.picture, width: told.width, height: told.height });
  for (const path of player.querySelectorAll(".thirds, .thirds-under")) path.setAttribute("d", told.lines);
  seat(svg.querySelector(".looked"), told.focus);
  const target = part("target", svg);
  for (const box of target.children) seat(box, told.target);
  setAll(target, { visibility: told.target ? "inherit" : "hidden" });
  const [x, y] = told.point ?? [0, 0];
  setAll(part("point", svg), { transform: `translate(${x} ${y})`, visibility: told.point ? "inherit" : "hidden" });
  for (const old of svg.querySelectorAll(".flag")) old.remove();
  svg.querySelector(".over").append(...told.flags.map(flagOf));
  part("caption").textContent = told.title;
  part("time").textContent = told.time;
}

function flagOf(flag) {
  const drawn = document.getElementById("flag").content.firstElementChild.firstElementChild.cloneNode(true);
  drawn.classList.toggle("dark", flag.is_dark);
  drawn.setAttribute("transform", `translate(${flag.x} ${flag.y})`);
  drawn.querySelector("rect").setAttribute("width", flag.width);
  drawn.querySelector("text").textContent = flag.words;
  return drawn;
}

function seat(box, area) {
  const { x, y, width, height } = area ?? { x: 0, y: 0, width: 0, height: 0 };
  setAll(box, { x, y, width, height, visibility: area ? "inherit" : "hidden" });
}

function setAll(element, attributes) {
  for (const [name, value] of Object.entries(attributes)) element.setAttribute(name, value);
}

async function drawView() {
  const told = seen(film.at);
  player.dataset.view = view;
  frame.querySelector("[data-swap]").hidden = view !== "flicker" || film.at === film.first;
  if (!told) return;
  if (view === "flicker") await drawFlicker(told);
  else turn(false);
  if (view === "difference") drawDifference(told);
  restartFlicker();
}

async function drawDifference(told) {
  other.hidden = !told.difference;
  if (other.hidden) return;
  const isThere = await loaded(told.difference);
  if (told.number !== film.at) return;
  other.querySelector(".missing").hidden = isThere;
  setAll(other.querySelector("svg"), { viewBox: `0 0 ${told.width} ${told.height}`, "aria-label": told.changed });
  const visibility = isThere ? "inherit" : "hidden";
  setAll(other.querySelector("image"), { href: told.difference, width: told.width, height: told.height, visibility });
  part("changed").textContent = told.changed;
  part("proof").hidden = !told.proof;
  part("proof").lastElementChild.textContent = told.proof;
}

/** The one before lies over the one shown, and is turned on and off. */
async function drawFlicker(told) {
  const before = film.at > film.first ? await still(film.at - 1) : null;
  turn(false);
  if (!before || told.number !== film.at) return;
  setAll(frame.querySelector(".then"), { href: before.picture, width: told.width, height: told.height });
}

function turn(on) {
  isTurned = on;
  frame.querySelector(".then").setAttribute("visibility", on ? "inherit" : "hidden");
  const told = seen(on ? film.at - 1 : film.at);
  if (told) part("caption").textContent = told.title;
}

function restartFlicker(on = !calm.matches) {
  clearInterval(flicker);
  const runs = on && view === "flicker" && film.at > film.first;
  part("alternate").setAttribute("aria-pressed", String(runs));
  flicker = runs ? setInterval(() => turn(!isTurned), flickers) : null;
}

/** Once the film rests: what is known of the step, its address, and a word for who listens. */
function settle() {
  const address = new URL(location);
  address.searchParams.set("step", film.at);
  address.searchParams.set("view", view);
  history.replaceState(null, "", address);
  for (const field of document.querySelectorAll("[data-at-step]")) field.value = film.at;
  for (const words of document.querySelectorAll("[data-fork]")) words.textContent = film.at ? `after step ${film.at}` : "before the first step";
  if (!film.playing) part("voice").textContent = seen(film.at)?.says ?? "";
  htmx.ajax("GET", `${player.dataset.steps}?step=${film.at}`, { source: "#step", target: "#step", swap: "outerHTML" });
}

function look(next) {
  view = next;
  player.querySelector(`[name=view][value=${view}]`).checked = true;
  drawView();
  clearTimeout(settling);
  settling = setTimeout(settle, settles);
}

const toggle = () => show(film.playing ? reels.paused(film) : reels.played(film));

function toggleOverlay() {
  const button = part("overlay");
  const on = button.getAttribute("aria-pressed") !== "true";
  button.setAttribute("aria-pressed", String(on));
  player.classList.toggle("bare", !on);
}

player.addEventListener("click", (event) => {
  const goes = event.target.closest("[data-by], [data-number]");
  if (goes && !event.ctrlKey && !event.metaKey && !event.shiftKey) {
    event.preventDefault();
    show(reels.moved(film, goes.dataset.by ? film.at + Number(goes.dataset.by) : Number(goes.dataset.number)));
  }
  if (event.target.closest("[data-play]")) toggle();
  if (event.target.closest("[data-overlay]")) toggleOverlay();
  if (event.target.closest("[data-turn]")) { restartFlicker(false); turn(!isTurned); }
  if (event.target.closest("[data-alternate]")) restartFlicker(flicker === null);
});

player.addEventListener("input", (event) => {
  if (event.target.matches("[data-scrub]")) show(reels.moved(film, Number(event.target.value)));
});

player.addEventListener("change", (event) => {
  if (event.target.name === "speed") show(reels.atSpeed(film, event.target.value));
  if (event.target.name === "view") look(event.target.value);
});

document.addEventListener("keydown", (event) => {
  const onFilm = event.target.closest("[data-film-strip], [data-scrub]");
  // Arrows choose among radios; every other key means there what it means elsewhere.
  const onChoice = event.target.matches("[data-player] [type=radio]") && !event.key.startsWith("Arrow");
  if (!onFilm && !onChoice && (!isFree(event) || event.target.closest("button, a, summary"))) return;
  if (event.ctrlKey || event.metaKey || event.altKey) return;
  const next = reels.led(film, event.key, event.shiftKey);
  if (next) show(next);
  else if (event.key === " ") toggle();
  else if (views[Number(event.key) - 1]) look(views[Number(event.key) - 1]);
  else if (event.key.toLowerCase() === "o") toggleOverlay();
  else return;
  event.preventDefault();
});

// Replay: the cassette plays right here; every other mode is the server's to begin.
const replay = document.getElementById("replay");
const go = document.querySelector("[data-go]");
const way = () => replay.querySelector("[name=mode]:checked");
const name = () => { go.textContent = way().dataset.does; };
replay.addEventListener("change", name);
replay.addEventListener("submit", (event) => {
  if (!["cassette", "verify"].includes(way().value)) return;
  event.preventDefault();
  if (way().value === "cassette") return show(reels.played(reels.moved(film, film.first)));
  htmx.ajax("POST", replay.dataset.verify, { target: "#verdicts", swap: "outerHTML" });
});

calm.addEventListener("change", () => restartFlicker());
// A page that comes out of the browser's memory stands still, and says so.
addEventListener("pagehide", () => show(reels.paused(film)));
name();
player.style.setProperty("--wide", frame.querySelector("svg").viewBox.baseVal.width / frame.querySelector("svg").viewBox.baseVal.height);
mark(film.at);
tell();
drawView();
