// Where the picture comes from: a sample, a file, the clipboard, a drop; or the one it all began with.
import { whenDropped } from "../dropping.js";
import { Refused } from "./calling.js";
import { bytes } from "./stage.js";

const MEGABYTE = 1024 * 1024;

export class Source {
  constructor(main, { begin, refuse }) {
    Object.assign(this, { main, begin, refuse });
    this.chosen = main.querySelector("[data-sample][aria-pressed=true]");
    main.querySelector("[data-anew]").addEventListener("click", () => this.choose(this.chosen));
    main.querySelector("[data-pick]").addEventListener("change", ({ target }) => { this.take(target.files); target.value = ""; });
    main.addEventListener("click", (event) => {
      const sample = event.target.closest("[data-sample]");
      if (sample) this.choose(sample);
    });
    whenDropped(main.querySelector("[data-drop]"), (files) => this.take(files));
    document.addEventListener("paste", (event) => {
      if (event.target.closest("textarea, input")) return;
      if (event.clipboardData.files.length) { event.preventDefault(); this.take(event.clipboardData.files); }
    });
  }

  take(files) {
    const [file] = files;
    if (!file) return;
    const most = Number(this.main.dataset.maxMb);
    if (file.size > most * MEGABYTE) return void this.refuse(new Refused(`${file.name} has ${(file.size / MEGABYTE).toFixed(1)} MB. A picture may have ${most} MB.`));
    this.choose(file);
  }

  /** Begin with a sample's button, or a file. What could not be had is not the chosen one. */
  async choose(chosen) {
    const asked = chosen instanceof File
      ? { fetched: () => chosen, words: chosen.name || "The pasted picture" }
      : { fetched: () => bytes(chosen.dataset.sample), words: chosen.getAttribute("aria-label") };
    if (!await this.begin(asked)) return;
    this.chosen = chosen;
    for (const sample of this.main.querySelectorAll("[data-sample]")) sample.setAttribute("aria-pressed", String(sample === chosen));
  }
}
