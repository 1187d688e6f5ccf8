// The live page: a picture, an eye that looks at it, and a sector that becomes another one. Here the parts meet.
import { Refused } from "./live/calling.js";
import { Eye } from "./live/eye.js";
import { generate } from "./live/generating.js";
import { Light } from "./live/light.js";
import { Masks } from "./live/masks.js";
import { Source } from "./live/source.js";
import { Stage } from "./live/stage.js";
import { Steps } from "./live/steps.js";

const main = document.getElementById("main");
const status = main.querySelector("[data-status]");
const busy = main.querySelector("[data-busy]");
const problem = main.querySelector("[data-problem]");
const button = main.querySelector("[data-change]");
const strength = main.querySelector("[data-strength]");
const grid = main.querySelector("[data-grid]");

const stage = new Stage(main.querySelector("[data-frame]"), Number(grid.value));
const masks = new Masks(main);
const steps = new Steps(main);
const eye = new Eye(main, stage, { look, change });
new Light(main, refuse);
new Source(main, { begin, refuse });
let isBusy = false;
let looked = "";

const chosen = (name) => main.querySelector(`[name=${name}]:checked`).value;
const isOpposite = () => chosen("changes") === "opposite";

/** What would change if it were asked for now; null where chance decides. */
function targeted(cell) {
  return isOpposite() ? stage.opposite(cell) : cell;
}

function look(gaze) {
  const target = targeted(gaze.cell);
  stage.show(gaze, target);
  button.disabled = isBusy;
  button.textContent = target ? `Change ${stage.name(target)}` : "Change a corner";
  if (isBusy) return;
  const at = `Looking at ${stage.name(gaze.cell)}.`;
  const says = isOpposite() ? `${at} ${target ? stage.name(target) : "A corner"} would change.` : at;
  // Within a sector nothing new is said: what was told of a change stays to be read.
  if (says !== looked) status.textContent = looked = says;
}

async function change(gaze) {
  if (isBusy || !gaze) return;
  const target = targeted(gaze.cell);
  setBusy(true);
  status.textContent = `Changing ${target ? stage.name(target) : "a corner"}…`;
  problem.hidden = true;
  try {
    const made = await generate(await wish(gaze));
    await stage.take(made.picture, masks.chosen);
    steps.add(made);
    status.textContent = told(made);
  } catch (error) {
    refuse(error);
  } finally {
    setBusy(false);
  }
}

async function wish({ x, y, cell }) {
  const asked = { image_base64: await stage.asText(), focus_x: x, focus_y: y, grid_size: stage.grid, strength: Number(strength.value) };
  if (!isOpposite()) [asked.target_row, asked.target_col] = [cell.row, cell.column];
  const prompt = main.querySelector("[data-prompt]").value.trim();
  const seed = main.querySelector("[data-seed]").value.trim();
  return { ...asked, ...(prompt && { prompt }), ...(seed && { seed: seedIn(seed) }) };
}

function seedIn(text) {
  const seed = Number(text);
  if (!Number.isSafeInteger(seed) || seed < 0) throw new Refused("A seed is a whole number from 0 to 9007199254740991 here.");
  return seed;
}

function told({ status: how, sector, prompt, outside }) {
  if (how === "fallback") return `The backend failed at ${sector}: the picture stays as it was. Try again, or in other words.`;
  const rest = outside === 0 ? " Outside of it, not a pixel." : "";
  return `${sector} has changed: ${prompt}.${rest}`;
}

function setBusy(is) {
  isBusy = is;
  busy.hidden = !is;
  button.disabled = is || !eye.gaze;
}

function refuse(error) {
  const isOurs = error instanceof Refused;
  problem.querySelector("p").textContent = isOurs ? error.message : "Something broke on this page. Load it anew.";
  problem.hidden = false;
  status.textContent = "Nothing was changed.";
  if (!isOurs) throw error;
}

/** Start from another picture, or from the first again; whether it is there. */
async function begin({ fetched, words }) {
  if (isBusy) return false;
  setBusy(true);
  problem.hidden = true;
  try {
    await stage.begin(await fetched(), words);
    steps.clear();
    eye.rest();
    status.textContent = "Look at a sector.";
    looked = "";
    return true;
  } catch (error) {
    refuse(error);
    return false;
  } finally {
    setBusy(false);
  }
}

main.querySelector("[data-drawn]").addEventListener("change", ({ target }) => stage.draw(target.checked));
grid.addEventListener("change", () => { stage.cut(Number(grid.value)); eye.rest(); });
strength.addEventListener("input", () => { main.querySelector("[data-strength-says]").textContent = Number(strength.value).toFixed(2); });
button.addEventListener("click", () => change(eye.gaze));
main.addEventListener("change", (event) => { if (event.target.name === "changes" && eye.gaze) look(eye.gaze); });
problem.querySelector("[data-hide]").addEventListener("click", () => { problem.hidden = true; });
