// The player: a film under somebody's hands (playing.js), each of its steps drawn from what the strip tells (film.js).
import { mark, mayCome, seen, still } from "./film.js";
import { aim, loaded, plays, seat, setAll, whyNot } from "./playing.js";
import { clock } from "./reel.js";

const player = document.querySelector("[data-player]");
const frame = player.querySelector("[data-frame]");
const other = player.querySelector("[data-other]");
const calm = matchMedia("(prefers-reduced-motion: reduce)");
const flickers = 500; // slower than three flashes a second, which nobody has to fear
const views = ["picture", "difference", "flicker"];

let view = player.dataset.view;
let flicker = null;
let isTurned = false;
let asked = 0;

const part = (name, within = player) => within.querySelector(`[data-${name}]`);
const playing = plays(player, { draw, tell, settle, press, pictures: (told) => [told.picture], says: (told) => told?.says });

async function draw() {
  const call = ++asked;
  const { at } = playing.film;
  const told = await still(at);
  if (call !== asked) return;
  mark(at);
  if (!told) return lose();
  const isThere = await loaded(told.picture);
  const why = isThere ? "" : await whyNot(told.picture);
  if (call !== asked) return;
  drawFrame(told);
  setAll(frame.querySelector(".now"), { visibility: isThere ? "inherit" : "hidden" });
  miss(why);
  await drawView();
  playing.rest();
}

/** Say in the picture's place why there is none; nothing: there is one. */
function miss(why) {
  const missing = frame.querySelector(".missing");
  missing.textContent = why;
  missing.hidden = !why;
  frame.classList.toggle("lost", Boolean(why));
}

function tell(film, isCut) {
  const [began, ended, now] = [player.dataset.began * 1000, player.dataset.ended * 1000, seen(film.at)?.at ?? null];
  const time = now ? `, ${clock(now - began)} of ${clock(ended - began)}` : "";
  part("clock").textContent = film.playing && isCut ? `${time}, a longer wait cut to 5 s` : time;
}

/** A step that is not there, for an import may lack some, or that did not arrive. */
function lose() {
  const { film } = playing;
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
  aim(part("target", svg), told.target);
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

async function drawView() {
  const { film } = playing;
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
  if (told.number !== playing.film.at) return;
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
  const { film } = playing;
  const before = film.at > film.first ? await still(film.at - 1) : null;
  turn(false);
  if (!before || told.number !== playing.film.at) return;
  setAll(frame.querySelector(".then"), { href: before.picture, width: told.width, height: told.height });
}

function turn(on) {
  isTurned = on;
  frame.querySelector(".then").setAttribute("visibility", on ? "inherit" : "hidden");
  const told = seen(playing.film.at - (on ? 1 : 0));
  if (told) part("caption").textContent = told.title;
}

function restartFlicker(on = !calm.matches) {
  clearInterval(flicker);
  const runs = on && view === "flicker" && playing.film.at > playing.film.first;
  part("alternate").setAttribute("aria-pressed", String(runs));
  flicker = runs ? setInterval(() => turn(!isTurned), flickers) : null;
}

/** Once the film rests: the view's address, and what is known of the step. */
function settle() {
  const { at } = playing.film;
  const address = new URL(location);
  address.searchParams.set("view", view);
  history.replaceState(null, "", address);
  for (const words of document.querySelectorAll("[data-fork]")) words.textContent = at ? `after step ${at}` : "before the first step";
  htmx.ajax("GET", `${player.dataset.steps}?step=${at}`, { source: "#step", target: "#step", swap: "outerHTML" });
}

function look(next) {
  view = next;
  player.querySelector(`[name=view][value=${view}]`).checked = true;
  drawView();
  playing.rest();
}

function toggleOverlay() {
  const button = part("overlay");
  const on = button.getAttribute("aria-pressed") !== "true";
  button.setAttribute("aria-pressed", String(on));
  player.classList.toggle("bare", !on);
}

player.addEventListener("click", (event) => {
  if (event.target.closest("[data-overlay]")) toggleOverlay();
  if (event.target.closest("[data-turn]")) { restartFlicker(false); turn(!isTurned); }
  if (event.target.closest("[data-alternate]")) restartFlicker(flicker === null);
});

player.addEventListener("change", (event) => {
  if (event.target.name === "view") look(event.target.value);
});

/** Keys of this page besides those that move the film. */
function press(key) {
  const wanted = views[Number(key) - 1];
  if (wanted) look(wanted);
  else if (key.toLowerCase() === "o") toggleOverlay();
  else return false;
  return true;
}

// Replay: the cassette plays right here; every other mode is the server's to begin.
const replay = document.getElementById("replay");
const go = document.querySelector("[data-go]");
const way = () => replay.querySelector("[name=mode]:checked");
const name = () => { go.textContent = way().dataset.does; };
replay.addEventListener("change", name);
replay.addEventListener("submit", (event) => {
  if (!["cassette", "verify"].includes(way().value)) return;
  event.preventDefault();
  if (way().value === "cassette") return playing.start();
  htmx.ajax("POST", replay.dataset.verify, { target: "#verdicts", swap: "outerHTML" });
});

calm.addEventListener("change", () => restartFlicker());
name();
player.style.setProperty("--wide", frame.querySelector("svg").viewBox.baseVal.width / frame.querySelector("svg").viewBox.baseVal.height);
mark(playing.film.at);
playing.tell();
drawView();
