// Two recordings side by side: one film of both under somebody's hands (playing.js), a choice that is sent at once.
import { mark, still } from "./film.js";
import { aim, loaded, plays, setAll, whyNot } from "./playing.js";

const player = document.querySelector("[data-player]");
const between = player.querySelector("[data-between]");
const sides = [...player.querySelectorAll("[data-side]")];
let asked = 0;

const part = (name, within) => within.querySelector(`[data-${name}]`);
const words = new Map(sides.map((side) => [side, part("none", side).textContent]));

const pictures = (told) => [told.one?.picture, told.other?.picture, told.difference].filter(Boolean);
const playing = plays(player, { draw, pictures, settle, says });

function says(told) {
  if (!told) return "Neither of the two has this step";
  const found = told.isSame ? "the same in both" : told.difference ? "differs" : "only in one";
  return `Step ${told.number}: ${found}`;
}

async function draw() {
  const call = ++asked;
  const { at } = playing.film;
  const told = await still(at);
  // All three change together: what is compared must not be of two steps for a moment.
  const shown = await Promise.all([...sides.map((side) => fetched(told?.[side.dataset.side]?.picture)), fetched(told?.difference)]);
  if (call !== asked) return;
  mark(at);
  sides.forEach((side, place) => drawSide(side, told?.[side.dataset.side], shown[place]));
  drawBetween(told, shown.at(-1));
  fit();
  playing.rest();
}

/** Why a picture cannot be shown; nothing: it can. Null: there is none. */
async function fetched(address) {
  if (!address) return null;
  return await loaded(address) ? "" : whyNot(address);
}

function drawSide(side, told, why) {
  const svg = side.querySelector("svg");
  svg.toggleAttribute("hidden", why !== "");
  part("none", side).hidden = why === "";
  part("none", side).textContent = why || words.get(side);
  part("time", side).textContent = told?.time ?? "";
  if (!told) return;
  const { width, height } = told;
  setAll(svg, { viewBox: `0 0 ${width} ${height}`, "aria-label": told.says });
  setAll(svg.querySelector("image"), { href: told.picture, width, height });
  for (const path of svg.querySelectorAll(".thirds, .thirds-under")) path.setAttribute("d", told.lines);
  aim(part("target", svg), told.target);
}

function drawBetween(told, why) {
  const image = between.querySelector("img");
  image.hidden = why !== "";
  if (why === "") setAll(image, { src: told.difference, alt: told.isSame ? "A and B are the same" : "Where A and B differ" });
  part("none", between).hidden = why === "";
  part("none", between).textContent = why || "There are no two to compare.";
  part("same", between).hidden = !told?.isSame;
}

/** The narrower of the two decides, so that both have room. */
function fit() {
  const shapes = sides.map((side) => side.querySelector("svg")).filter((svg) => !svg.hasAttribute("hidden"));
  const wide = Math.min(...shapes.map(({ viewBox }) => viewBox.baseVal.width / viewBox.baseVal.height));
  if (shapes.length) player.style.setProperty("--wide", wide);
}

/** Once the film rests: what differs in this step, and where the other way round would lead. */
function settle() {
  const swaps = part("swaps", player);
  const address = new URL(swaps.href);
  address.searchParams.set("step", playing.film.at);
  swaps.href = address;
  const there = `${player.dataset.differs}&step=${playing.film.at}`;
  htmx.ajax("GET", there, { source: "#differs", target: "#differs", swap: "outerHTML" });
}

document.addEventListener("change", (event) => {
  if (event.target.matches("[data-sends]")) event.target.form.requestSubmit();
});

mark(playing.film.at);
playing.tell();
fit();
