// Which mask is chosen, and that nobody comes to flicker unasked.

const WORDS = {
  none: "The new picture stands there at once.",
  blank: "A grey field comes between, for 80 ms.",
  mudsplash: "Blots fall over the picture as it changes, for 100 ms.",
  flicker: "Old and new in turns for two seconds, then the new one.",
};
const CALM = "This system asks for less motion: mudsplash and flicker are off.";

export class Masks {
  constructor(main) {
    this.main = main;
    this.says = main.querySelector("[data-mask-says]");
    this.chosen = "none";
    this.less = matchMedia("(prefers-reduced-motion: reduce)");
    this.less.addEventListener("change", () => this.calm());
    this.calm();
    main.addEventListener("change", (event) => { if (event.target.name === "mask") this.ask(event.target.value); });
    document.querySelector("[data-flicker-anyway]").addEventListener("click", () => { this.choose("flicker"); this.dialog.close(); });
    this.dialog.addEventListener("close", () => this.check(this.chosen));
  }

  get dialog() { return document.getElementById("flickers"); }

  ask(mask) {
    if (mask === "flicker") this.dialog.showModal();
    else this.choose(mask);
  }

  choose(mask) {
    this.chosen = mask;
    this.check(mask);
    this.says.textContent = this.less.matches ? CALM : WORDS[mask];
  }

  check(mask) {
    this.main.querySelector(`[name=mask][value=${mask}]`).checked = true;
  }

  calm() {
    for (const mask of ["mudsplash", "flicker"]) this.main.querySelector(`[name=mask][value=${mask}]`).disabled = this.less.matches;
    this.choose(this.less.matches ? "none" : this.chosen);
  }
}
