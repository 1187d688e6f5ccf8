// Two recordings side by side: arrows step, a choice is sent at once, and a picture's shape is its figure's.
import { isFree } from "./keys.js";

document.addEventListener("keydown", (event) => {
  if (!isFree(event) || event.target.closest("select")) return;
  document.querySelector(`.compare [data-key="${CSS.escape(event.key)}"]`)?.click();
});

document.addEventListener("change", (event) => {
  if (event.target.matches("[data-sends]")) event.target.form.requestSubmit();
});

function shape() {
  const shapes = [...document.querySelectorAll(".compare .frame svg[viewBox]:not(.icon)")].map(({ viewBox }) => viewBox.baseVal);
  // The narrower of the two decides, so that both have room.
  const wide = Math.min(...shapes.map(({ width, height }) => width / height));
  if (shapes.length) document.querySelector(".compare .player").style.setProperty("--wide", wide);
  const strip = document.querySelector(".compare .film");
  const current = strip?.querySelector("[aria-current]");
  if (current) strip.scrollLeft = current.offsetLeft - strip.offsetLeft - strip.clientWidth / 2;
}

document.addEventListener("htmx:afterSettle", shape);
shape();
