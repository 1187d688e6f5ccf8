// How one picture gives way to the next, masked as studies of change blindness do it. Each change of what is seen falls on
// a frame of the screen.

const BLANK_MS = 80;
const SPLASH_MS = 100;
const SHOWN_MS = 280; // with the blank less than three flashes a second
const FLICKERS = 3;
const SPLASHES = 6;
const SVG = "http://www.w3.org/2000/svg";

const PHASES = {
  none: [],
  blank: [["blank", BLANK_MS]],
  mudsplash: [["splashes", SPLASH_MS]],
  flicker: Array.from({ length: FLICKERS }, () => [["blank", BLANK_MS], ["after", SHOWN_MS], ["blank", BLANK_MS], ["before", SHOWN_MS]])
    .flat().concat([["blank", BLANK_MS]]),
};

/** Show `next`, which is decoded, in the frame; it stays as its "after". */
export async function swap(frame, next, mask) {
  next.className = "after";
  frame.querySelector(".before").after(next);
  if (mask === "mudsplash") splash(frame);
  for (const [shows, ms] of PHASES[mask]) {
    frame.dataset.shows = shows;
    await framesFor(ms);
  }
  frame.dataset.shows = "before";
}

/** Resolves with the frame that is nearest to `ms` after the next one. */
async function framesFor(ms) {
  const began = await frame();
  let now = began;
  let before = began;
  // A frame that is nearer to the time than the one after it ends the phase.
  while (now - began < ms - (now - before) / 2) {
    before = now;
    now = await frame();
  }
}

function frame() {
  return new Promise((shown) => { requestAnimationFrame(shown); });
}

/** Splashes fall anywhere: they must not tell where the change is. */
function splash(frame) {
  const { width, height } = frame.querySelector(".live-over").viewBox.baseVal;
  const side = Math.min(width, height);
  frame.querySelector("[data-splashes]").replaceChildren(...Array.from({ length: SPLASHES }, () => {
    const size = side * (0.04 + 0.04 * Math.random());
    const spot = document.createElementNS(SVG, "ellipse");
    spot.setAttribute("rx", size);
    spot.setAttribute("ry", size * 0.6);
    spot.setAttribute("transform", `translate(${Math.random() * width} ${Math.random() * height}) rotate(${Math.random() * 180})`);
    return spot;
  }));
}
