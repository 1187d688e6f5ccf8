// A participant's page: trial after trial, each answer sent before the next begins. It never knows what changes, or
// whether: both pictures come by addresses that tell nothing, and nobody is told whether an answer was right.
import { Showing } from "./showing.js";

const main = document.getElementById("main");
const canvas = main.querySelector("canvas");
const grid = main.querySelector("[data-sectors]");
const sectors = [...grid.querySelectorAll("button")];
const status = main.querySelector("[data-status]");
const said = main.querySelector("[data-said]");
const side = Math.sqrt(sectors.length);
const { mask } = main.dataset;
const [showMs, maskMs, limitMs, count] = ["showMs", "maskMs", "limitMs", "trials"].map((name) => Number(main.dataset[name]));
// By where they stand on a keyboard, whatever is printed on them.
const KEYS = ["QWE", "ASD", "ZXC"].flatMap((row) => [...row].map((key) => `Key${key}`));
const PAD = [7, 8, 9, 4, 5, 6, 1, 2, 3].map((key) => `Numpad${key}`);
const NOTHING = ["Digit0", "Numpad0", "KeyN"];
const TRIES = 4;

let place = main.dataset.next === "" ? null : Number(main.dataset.next);
let showing = null;
let ahead = null;
let goesOn = false;
let answered = null;
let pressed = 0;

// A page that comes out of the browser's memory knows an old place.
addEventListener("pageshow", (event) => { if (event.persisted) location.reload(); });
main.querySelector("[data-begin]")?.addEventListener("click", begin);
main.querySelector("[data-again]").addEventListener("click", begin);
main.querySelector("[data-nothing]").addEventListener("click", (event) => choose(null, event));
main.querySelector("[data-pause]").addEventListener("click", pause);
document.addEventListener("visibilitychange", () => { if (document.hidden) pause(); });
grid.addEventListener("click", (event) => { const found = event.target.closest("button"); if (found) choose(found.value, event); });
// A sector is marked under the pointer once that moves after the change was seen: before, nothing may draw the eye.
grid.addEventListener("pointermove", () => { if (showing?.onset !== undefined) grid.dataset.pointed = ""; });
main.addEventListener("pointerdown", (event) => { pressed = event.timeStamp; });
document.addEventListener("keydown", keyed);

async function begin() {
  tell("running", "Getting the pictures…");
  // Who paused while something was on its way finds the trials going on: two at once would answer for one another.
  if (goesOn) return;
  goesOn = true;
  ahead = null;
  try { await run(); } catch (problem) { tell("stopped", problem.message); } finally { goesOn = false; }
}

/** Trials until all are over or somebody pauses. */
async function run() {
  while (place !== null) {
    tell("running", "Getting the pictures…");
    const pictures = await decoded(await (ahead?.of === place ? ahead.files : fetched(place)));
    if (document.hidden) pause();
    if (main.dataset.state !== "running") return;
    const told = await asked(pictures);
    if (told === null) return void tell("paused", "Paused. This trial begins anew when you go on.");
    await saved(told);
    if (main.dataset.state !== "running" && place !== null) return;
  }
  tell("done", "");
}

/** One trial; what was said, or null when it was broken off. */
async function asked(pictures) {
  status.textContent = `Trial ${place + 1} of ${count}`;
  sectors[Math.floor(sectors.length / 2)].focus({ preventScroll: true });
  showing = new Showing(canvas, pictures, { mask, showMs, maskMs, limitMs }, `${main.dataset.pictures}${place}`);
  answered = null;
  delete grid.dataset.pointed;
  // The next pictures come over the wire meanwhile; they are decoded between the trials, where nothing is timed.
  ahead = place + 1 < count ? { of: place + 1, files: fetched(place + 1) } : null;
  ahead?.files.catch(() => { ahead = null; });
  const isOver = await showing.run();
  showing = null;
  for (const picture of Object.values(pictures)) picture.close();
  return isOver ? { sector: null, reaction_ms: null, in_time: false } : answered;
}

/** Note what was chosen. What comes before the second picture was seen is no answer to it. */
function choose(sector, event) {
  if (!showing || showing.onset === undefined) return;
  const at = event.type === "click" && event.detail > 0 ? pressed : event.timeStamp;
  if (at < showing.onset) return;
  answered = { sector, reaction_ms: at - showing.onset, in_time: true };
  showing.stop();
}

function pause() {
  if (showing) showing.stop();
  else if (main.dataset.state === "running") tell("paused", "Paused.");
}

function keyed(event) {
  if (event.repeat || event.ctrlKey || event.metaKey || event.altKey || main.dataset.state !== "running") return;
  const at = side === 3 ? Math.max(KEYS.indexOf(event.code), PAD.indexOf(event.code)) : -1;
  if (at >= 0) choose(sectors[at].value, event);
  else if (NOTHING.includes(event.code)) choose(null, event);
  else if (event.key === "Escape") pause();
  else if (event.key.startsWith("Arrow")) walk(event.key);
  else return;
  event.preventDefault();
}

/** The arrows walk over the sectors; Enter on one, or Space, is the button's own. */
function walk(key) {
  const at = Math.max(sectors.indexOf(document.activeElement), 0);
  const [row, column] = [Math.floor(at / side), at % side];
  const [down, across] = { ArrowUp: [-1, 0], ArrowDown: [1, 0], ArrowLeft: [0, -1], ArrowRight: [0, 1] }[key];
  const kept = (value) => Math.min(Math.max(value, 0), side - 1);
  sectors[kept(row + down) * side + kept(column + across)].focus();
}

async function fetched(number) {
  const [before, after] = await Promise.all(["before", "after"].map((which) => blob(`${main.dataset.pictures}${number}/${which}`)));
  return { before, after };
}

async function blob(address) {
  const response = await fetch(address).catch(() => null);
  if (!response?.ok) throw new Error(response ? await words(response) : "The pictures did not arrive: no connection.");
  if (response.redirected) throw new Error("Nobody is signed in at this browser any more. Sign in, then go on.");
  return response.blob();
}

async function decoded({ before, after }) {
  const [first, second] = await Promise.all([createImageBitmap(before), createImageBitmap(after)]);
  return { before: first, after: second };
}

/** Send the answer, again where the line broke: the same trial answered twice counts once. */
async function saved(told) {
  for (let left = TRIES; left > 0; left -= 1) {
    const response = await fetch(`${main.dataset.answers}${place}/`, {
      method: "POST",
      keepalive: true, // it gets there also when the page is closed meanwhile
      headers: { "Content-Type": "application/json", ...JSON.parse(document.body.getAttribute("hx-headers")) },
      body: JSON.stringify(told),
    }).catch(() => null);
    if (response?.ok) { place = (await response.json()).next; return; }
    if (response && response.status < 500 && response.status !== 429) throw new Error(await words(response));
    status.textContent = "Saving your answer…";
    await new Promise((done) => { setTimeout(done, 1000 * (TRIES - left + 1)); });
  }
  throw new Error("Your answer could not be saved: no connection. This trial begins anew when you go on.");
}

async function words(response) {
  try { return (await response.json()).detail; } catch { return `The server answered ${response.status}.`; }
}

/** Which part of the page is seen, and what it says. */
function tell(state, text) {
  main.dataset.state = state;
  for (const part of main.querySelectorAll("[data-when]")) part.hidden = !part.dataset.when.split(" ").includes(state);
  (state === "running" ? status : said).textContent = text;
  if (state !== "running") main.querySelector("[data-when]:not([hidden]) :is(button, h1)")?.focus();
}
