// One trial on a canvas: a cross to look at, the first picture, a mask, the second picture. Every change of what is seen
// falls on a frame of the screen, and times are those of the frames that showed it.

const CROSS_MS = 700;
const GREY = "#808080";
const SPLASHES = 6;
const LEAST_SIDE = 480;

/** What is seen one after the other; `again`: from the start, until it is stopped. The last one else stays. */
export function plan({ mask, showMs, maskMs }) {
  const cross = { shows: "cross", ms: CROSS_MS };
  const before = { shows: "before", ms: showMs };
  const after = { shows: "after", ms: showMs };
  const hidden = { shows: "blank", ms: maskMs };
  const parts = {
    flicker: { phases: [before, hidden, after, hidden], again: true },
    blank: { phases: [before, hidden, after], again: false },
    mudsplash: { phases: [before, { shows: "splashes", ms: maskMs }, after], again: false },
    none: { phases: [before, after], again: false },
  };
  return { first: cross, ...parts[mask] };
}

/** Shows a trial until it is stopped. `onset` is when its second picture was first drawn: reactions count from there. */
export class Showing {
  constructor(canvas, pictures, design, key) {
    this.canvas = canvas;
    this.context = canvas.getContext("2d");
    this.pictures = pictures;
    this.plan = plan(design);
    this.limitMs = design.limitMs;
    this.splashes = splashes(key);
    this.onset = undefined;
  }

  /** Resolves with true when the time is over, with false when it was stopped. */
  run() {
    canvasFits(this.canvas, this.pictures.before);
    this.place = -1;
    this.phase = this.plan.first;
    this.draw();
    return new Promise((ended) => {
      this.ended = ended;
      this.asked = requestAnimationFrame((now) => this.frame(now));
    });
  }

  stop() {
    if (!this.ended) return;
    cancelAnimationFrame(this.asked);
    this.end(false);
  }

  end(isOver) {
    this.phase = { shows: "nothing" };
    this.draw();
    this.ended(isOver);
    this.ended = null;
  }

  frame(now) {
    this.began ??= now;
    // A frame that is nearer to the next phase's time than the frame after it shows that phase.
    const half = Math.min(now - (this.last ?? now), 50) / 2;
    this.last = now;
    if (now - this.began >= this.phase.ms - half) this.next(now);
    if (this.onset !== undefined && now - this.onset >= this.limitMs) this.end(true);
    else this.asked = requestAnimationFrame((then) => this.frame(then));
  }

  next(now) {
    const { phases, again } = this.plan;
    if (this.place === phases.length - 1 && !again) return;
    this.place = (this.place + 1) % phases.length;
    this.phase = phases[this.place];
    this.began = now;
    this.draw();
    if (["after", "splashes"].includes(this.phase.shows)) this.onset ??= now;
  }

  draw() {
    const { context, canvas, pictures } = this;
    const { shows } = this.phase;
    canvas.dataset.shows = shows;
    context.fillStyle = GREY;
    context.fillRect(0, 0, canvas.width, canvas.height);
    if (shows === "cross") drawCross(context, canvas);
    const picture = { before: pictures.before, after: pictures.after, splashes: pictures.after }[shows];
    if (picture) context.drawImage(picture, 0, 0, canvas.width, canvas.height);
    if (shows === "splashes") for (const one of this.splashes) drawSplash(context, canvas, one);
  }
}

/** As many pixels as the picture has; a small one is enlarged, by whole numbers so that its pixels stay what they are. */
function canvasFits(canvas, { width, height }) {
  const scale = Math.max(1, Math.floor(LEAST_SIDE / Math.max(width, height)));
  canvas.width = width * scale;
  canvas.height = height * scale;
  canvas.getContext("2d").imageSmoothingEnabled = scale === 1;
}

function drawCross(context, { width, height }) {
  const arm = Math.min(width, height) / 40;
  context.strokeStyle = "#fff";
  context.lineWidth = Math.max(1, arm / 5);
  context.beginPath();
  context.moveTo(width / 2 - arm, height / 2);
  context.lineTo(width / 2 + arm, height / 2);
  context.moveTo(width / 2, height / 2 - arm);
  context.lineTo(width / 2, height / 2 + arm);
  context.stroke();
}

// Where the splashes fall is drawn from the sitting and the trial, never from what changes: they must give nothing away.
function splashes(key) {
  const draw = drawn(key);
  return Array.from({ length: SPLASHES }, () => ({ x: draw(), y: draw(), size: 0.04 + 0.04 * draw(), turn: draw() * Math.PI }));
}

function drawSplash(context, { width, height }, { x, y, size, turn }) {
  const side = Math.min(width, height);
  context.save();
  context.translate(x * width, y * height);
  context.rotate(turn);
  for (const [share, colour] of [[1, "#000"], [0.66, "#fff"], [0.33, "#000"]]) {
    context.fillStyle = colour;
    context.beginPath();
    context.ellipse(0, 0, share * size * side, share * size * side * 0.6, 0, 0, 2 * Math.PI);
    context.fill();
  }
  context.restore();
}

/** Numbers from 0 to 1 that only the key decides (FNV-1a, then mulberry32). */
function drawn(key) {
  let state = 0x811c9dc5;
  for (const character of key) state = Math.imul(state ^ character.codePointAt(0), 0x01000193);
  return () => {
    state = (state + 0x6d2b79f5) | 0;
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state);
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed;
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 4294967296;
  };
}
