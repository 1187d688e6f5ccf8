// What has changed, newest first.

const MOST = 50;

export class Steps {
  constructor(main) {
    this.list = main.querySelector("[data-steps]");
    this.none = main.querySelector("[data-none]");
    this.count = main.querySelector("[data-count]");
    this.anew = main.querySelector("[data-anew]");
    this.row = document.querySelector("[data-step-row]").content.firstElementChild;
    this.clear();
  }

  add({ picture, prompt, sector, status, change }) {
    const row = this.row.cloneNode(true);
    const image = row.querySelector("img");
    image.src = URL.createObjectURL(picture);
    row.querySelector("b").textContent = sector;
    row.querySelector("p span").textContent = status === "fallback" ? "stays as it was" : prompt;
    row.querySelector(".meta").textContent = change === null ? "" : change.toFixed(2);
    this.list.prepend(row);
    this.made += 1;
    if (this.list.children.length > MOST) this.#drop(this.list.lastElementChild);
    this.#tell();
  }

  clear() {
    this.made = 0;
    for (const row of [...this.list.children]) this.#drop(row);
    this.#tell();
  }

  #drop(row) {
    URL.revokeObjectURL(row.querySelector("img").src);
    row.remove();
  }

  #tell() {
    this.count.textContent = this.made;
    this.none.hidden = this.made > 0;
    this.anew.disabled = this.made === 0;
  }
}
