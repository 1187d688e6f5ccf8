// A film under somebody's hands: buttons, the scrubber, speeds and keys move its reel (reel.js), and while it plays time
// does. What a step looks like is the page's to draw. Both the player and the comparison stand on this.
import { seen, still } from "./film.js";
import { isFree } from "./keys.js";
import * as reels from "./reel.js";

const settles = 180;
const calm = matchMedia("(prefers-reduced-motion: reduce)");

/**
 * `page.draw()` shows the step at the playhead, `page.pictures(told)` names the pictures it needs, `page.tell(film, isCut)`
 * adds what it says of the place, `page.settle()` is called once the film rests, and `page.press(key)` answers whether
 * it knows a key.
 */
export function plays(player, page) {
  const { first, last, at } = player.dataset;
  const part = (name) => player.querySelector(`[data-${name}]`);
  let film = reels.reel(Number(first), Number(last), Number(at));
  let timer = null;
  let settling = null;
  let isCut = false;

  /** Take over a new state of the reel, and draw what has changed. */
  async function show(next) {
    const hasMoved = next.at !== film.at;
    film = next;
    clearTimeout(timer);
    tell();
    if (hasMoved) await page.draw();
    if (film.playing) playOn();
  }

  /** Wait for the next one before the rest begins, so that a slow line makes it slower and skips nothing. */
  async function playOn() {
    const now = film.at;
    const [here, next] = await Promise.all([still(now), still(now + 1)]);
    if (next) await Promise.all(page.pictures(next).map(loaded));
    if (!film.playing || film.at !== now) return;
    const pause = reels.rest(film.speed, here?.at ?? null, next?.at ?? null, calm.matches);
    isCut = pause.isCut;
    tell();
    clearTimeout(timer);
    timer = setTimeout(() => show(reels.advanced(film)), pause.wait);
  }

  function tell() {
    part("place").textContent = `${film.at} of ${film.last}`;
    part("scrub").value = film.at;
    part("scrub").setAttribute("aria-valuetext", film.at ? `Step ${film.at}` : "Before");
    const button = part("play");
    button.setAttribute("aria-pressed", String(film.playing));
    button.setAttribute("aria-label", film.playing ? "Pause" : "Play");
    page.tell?.(film, isCut);
  }

  /** Once the film rests: the address, the forms, and a word for who listens. */
  function settle() {
    const address = new URL(location);
    address.searchParams.set("step", film.at);
    history.replaceState(null, "", address);
    for (const field of document.querySelectorAll("[data-at-step]")) field.value = film.at;
    if (!film.playing) part("voice").textContent = page.says(seen(film.at)) ?? "";
    page.settle();
  }

  const toggle = () => show(film.playing ? reels.paused(film) : reels.played(film));

  player.addEventListener("click", (event) => {
    const goes = event.target.closest("[data-by], [data-number]");
    if (goes && !event.ctrlKey && !event.metaKey && !event.shiftKey) {
      event.preventDefault();
      show(reels.moved(film, goes.dataset.by ? film.at + Number(goes.dataset.by) : Number(goes.dataset.number)));
    }
    if (event.target.closest("[data-play]")) toggle();
  });

  player.addEventListener("input", (event) => {
    if (event.target.matches("[data-scrub]")) show(reels.moved(film, Number(event.target.value)));
  });

  player.addEventListener("change", (event) => {
    if (event.target.name === "speed") show(reels.atSpeed(film, event.target.value));
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
    else if (!page.press?.(event.key)) return;
    event.preventDefault();
  });

  // A page that comes out of the browser's memory stands still, and says so.
  addEventListener("pagehide", () => show(reels.paused(film)));

  return {
    get film() { return film; },
    tell,
    /** From the first step on. */
    start: () => show(reels.played(reels.moved(film, film.first))),
    /** Settle once it has rested for a moment. */
    rest() { clearTimeout(settling); settling = setTimeout(settle, settles); },
  };
}

/** Whether the picture could be had; wait for that. */
export function loaded(address) {
  const image = new Image();
  image.src = address;
  return image.decode().then(() => true, () => false);
}

/** Why a picture did not come: whether it is gone only the server knows. */
export async function whyNot(address) {
  const answer = await fetch(address, { method: "HEAD" }).catch(() => null);
  return answer?.status === 404 ? "This picture is gone from the storage." : "This picture did not arrive. Come back to this step to try again.";
}

export function setAll(element, attributes) {
  for (const [name, value] of Object.entries(attributes)) element.setAttribute(name, value);
}

/** Lay a rectangle over a picture's area; none: hide it. */
export function seat(box, area) {
  const { x, y, width, height } = area ?? { x: 0, y: 0, width: 0, height: 0 };
  setAll(box, { x, y, width, height, visibility: area ? "inherit" : "hidden" });
}

/** Mark the target's sector on a picture. */
export function aim(target, area) {
  for (const box of target.children) seat(box, area);
  setAll(target, { visibility: area ? "inherit" : "hidden" });
}
