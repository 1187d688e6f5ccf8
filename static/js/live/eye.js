// The eye: the pointer, or the focus that the arrow keys move. Resting on a sector, a click or Enter asks for a change.

const ARROWS = { ArrowUp: [-1, 0], ArrowDown: [1, 0], ArrowLeft: [0, -1], ArrowRight: [0, 1] };

export class Eye {
  constructor(main, stage, { look, change }) {
    Object.assign(this, { stage, look, change, gaze: null, timer: 0 });
    this.dwell = main.querySelector("[data-dwell]");
    this.dwellKeys = main.querySelector("[data-dwell-keys]");
    this.ring = main.querySelector(".dwell");
    const { sectors } = stage;
    sectors.addEventListener("pointermove", (event) => { if (event.pointerType !== "touch") this.moveTo(this.under(event), Number(this.dwell.value)); });
    sectors.addEventListener("pointerleave", () => this.stay());
    sectors.addEventListener("focusin", (event) => { if (event.target.matches(":focus-visible")) this.focus(event.target); });
    sectors.addEventListener("focusout", () => this.stay());
    sectors.addEventListener("keydown", (event) => this.walk(event));
    sectors.addEventListener("click", (event) => this.choose(event));
    this.dwell.addEventListener("change", () => this.stay());
  }

  /** Where the pointer is: 0 to 1 over the whole picture. */
  under(event) {
    const { left, top, width, height } = this.stage.sectors.getBoundingClientRect();
    const share = (value) => Math.min(Math.max(value, 0), 1);
    return this.at(share((event.clientX - left) / width), share((event.clientY - top) / height));
  }

  at(x, y) {
    const { grid } = this.stage;
    const index = (value) => Math.min(Math.floor(value * grid), grid - 1);
    return { x, y, cell: { row: index(y), column: index(x) } };
  }

  focus(button) {
    const { grid, sectors } = this.stage;
    const index = [...sectors.children].indexOf(button);
    const cell = { row: Math.floor(index / grid), column: index % grid };
    const gaze = { x: (cell.column + 0.5) / grid, y: (cell.row + 0.5) / grid, cell };
    this.moveTo(gaze, this.dwellKeys.checked ? Number(this.dwell.value) || 1000 : 0);
  }

  moveTo(gaze, dwellMs) {
    const isNew = !this.gaze || gaze.cell.row !== this.gaze.cell.row || gaze.cell.column !== this.gaze.cell.column;
    const wasAway = this.isAway;
    this.gaze = gaze;
    this.isAway = false;
    this.look(gaze);
    if (!isNew && !wasAway) return;
    this.calm();
    if (dwellMs) this.begin(dwellMs);
  }

  begin(ms) {
    this.ring.animate([{ strokeDashoffset: 100 }, { strokeDashoffset: 0 }], { duration: ms });
    this.timer = setTimeout(() => this.change(this.gaze), ms);
  }

  /** Nothing is looked at for now; what was last is remembered for the button. */
  stay() {
    this.isAway = true;
    this.calm();
  }

  calm() {
    clearTimeout(this.timer);
    for (const animation of this.ring.getAnimations()) animation.cancel();
  }

  rest() {
    this.calm();
    this.gaze = null;
    this.stage.hide();
  }

  choose(event) {
    const button = event.target.closest("button");
    if (!button) return;
    this.calm();
    // A key's click has no place of its own.
    if (event.detail === 0) this.focus(button);
    else this.moveTo(this.under(event), 0);
    this.calm();
    this.change(this.gaze);
  }

  walk(event) {
    const step = ARROWS[event.key];
    if (!step || event.ctrlKey || event.metaKey || event.altKey) return;
    event.preventDefault();
    const { grid, sectors } = this.stage;
    const at = [...sectors.children].indexOf(event.target);
    const kept = (value) => Math.min(Math.max(value, 0), grid - 1);
    const next = sectors.children[kept(Math.floor(at / grid) + step[0]) * grid + kept(at % grid + step[1])];
    event.target.tabIndex = -1;
    next.tabIndex = 0;
    next.focus();
  }
}
