// The picture and what is drawn over it: the sectors' lines, the gaze, what would change. Drawn in the picture's pixels.
import { Refused, get } from "./calling.js";
import { swap } from "./swap.js";

const CELL_WORDS = [["top left", "top", "top right"], ["left", "middle", "right"], ["bottom left", "bottom", "bottom right"]];

export class Stage {
  constructor(frame, grid) {
    this.frame = frame;
    this.over = frame.querySelector(".live-over");
    this.sectors = frame.querySelector("[data-sectors]");
    this.image = frame.querySelector(".before");
    this.words = this.image.alt;
    this.blob = null;
    this.cut(grid);
    this.image.decode().then(() => this.fit()).catch(() => {});
  }

  get width() { return this.image.naturalWidth || this.image.width; }
  get height() { return this.image.naturalHeight || this.image.height; }

  /** Show another picture, without a mask: something new begins. */
  async begin(blob, words) {
    const image = await decoded(blob);
    this.words = image.alt = words;
    this.#replace(image, blob);
  }

  /** What was made comes in the place of what is there. */
  async take(blob, mask) {
    const image = await decoded(blob);
    image.alt = `${this.words}, changed`;
    await swap(this.frame, image, mask);
    this.#replace(image, blob);
  }

  #replace(image, blob) {
    image.className = "before";
    this.image.replaceWith(image);
    URL.revokeObjectURL(this.image.src);
    Object.assign(this, { image, blob });
    this.fit();
  }

  /** The very bytes that are seen, as the data URL that /generate takes. */
  async asText() {
    this.blob ??= await bytes(this.image.src);
    return new Promise((done, failed) => {
      const reader = new FileReader();
      reader.addEventListener("load", () => done(reader.result));
      reader.addEventListener("error", () => failed(reader.error));
      reader.readAsDataURL(this.blob);
    });
  }

  fit() {
    const { width, height, over, frame } = this;
    over.setAttribute("viewBox", `0 0 ${width} ${height}`);
    frame.style.setProperty("--wide", width / height);
    frame.closest("main").querySelector("[data-size]").textContent = `${width} × ${height}`;
    const scale = Math.min(width, height) / 600;
    over.querySelector("[data-gaze]").dataset.scale = scale;
    over.querySelectorAll("[data-lines]").forEach((lines) => lines.setAttribute("d", this.#lines()));
    if (this.shown) this.show(...this.shown);
  }

  #lines() {
    const cuts = (side) => Array.from({ length: this.grid - 1 }, (_, index) => (index + 1) * Math.floor(side / this.grid));
    return cuts(this.width).map((x) => `M${x} 0v${this.height}`).concat(cuts(this.height).map((y) => `M0 ${y}h${this.width}`)).join("");
  }

  /** Cut it into so many sectors a side, each a button. */
  cut(grid) {
    this.grid = grid;
    this.sectors.style.setProperty("--grid", grid);
    this.sectors.replaceChildren(...this.cells().map((cell, index) => {
      const button = document.createElement("button");
      button.type = "button";
      button.value = this.name(cell);
      button.tabIndex = index ? -1 : 0;
      button.setAttribute("aria-label", grid === 3 ? `${this.name(cell)}, ${CELL_WORDS[cell.row][cell.column]}` : `Row ${cell.row + 1}, column ${cell.column + 1}`);
      return button;
    }));
    this.hide();
    this.fit();
  }

  cells() {
    return Array.from({ length: this.grid ** 2 }, (_, at) => ({ row: Math.floor(at / this.grid), column: at % this.grid }));
  }

  /** TL to BR in a grid of three, else r0c0. */
  name({ row, column }) {
    return this.grid === 3 ? "TMB"[row] + "LCR"[column] : `r${row}c${column}`;
  }

  /** The sector that faces this one; null for the middle, which faces itself. */
  opposite({ row, column }) {
    const facing = { row: this.grid - 1 - row, column: this.grid - 1 - column };
    return facing.row === row && facing.column === column ? null : facing;
  }

  /** The sector's pixels; the last row and column take what division leaves. */
  box({ row, column }) {
    const [wide, high] = [Math.floor(this.width / this.grid), Math.floor(this.height / this.grid)];
    const last = this.grid - 1;
    return {
      x: column * wide, y: row * high,
      width: column === last ? this.width - last * wide : wide, height: row === last ? this.height - last * high : high,
    };
  }

  show(gaze, target) {
    this.shown = [gaze, target];
    const eye = this.over.querySelector("[data-gaze]");
    eye.setAttribute("transform", `translate(${gaze.x * this.width} ${gaze.y * this.height}) scale(${eye.dataset.scale})`);
    eye.setAttribute("visibility", "visible");
    const outline = this.over.querySelector("[data-target]");
    outline.setAttribute("visibility", target ? "visible" : "hidden");
    if (!target) return;
    for (const rectangle of outline.children) {
      for (const [name, value] of Object.entries(this.box(target))) rectangle.setAttribute(name, value);
    }
  }

  /** Whether anything is drawn over the picture but the gaze. */
  draw(is) {
    this.frame.classList.toggle("bare", !is);
  }

  hide() {
    this.shown = null;
    for (const part of this.over.querySelectorAll("[data-gaze], [data-target]")) part.setAttribute("visibility", "hidden");
  }
}

/** The file behind an address of this house. */
export async function bytes(address) {
  return (await get(address)).blob();
}

async function decoded(blob) {
  const image = new Image();
  image.src = URL.createObjectURL(blob);
  try {
    await image.decode();
  } catch {
    URL.revokeObjectURL(image.src);
    throw new Refused("The browser cannot show that as a picture.");
  }
  return image;
}
