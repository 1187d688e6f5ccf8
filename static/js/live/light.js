// The recording light: whether what changes is kept, and into what.
import { call } from "./calling.js";

export class Light {
  constructor(main, refuse) {
    this.main = main;
    this.light = main.querySelector("[data-light]");
    this.button = main.querySelector("[data-record]");
    this.button.addEventListener("click", () => this.turn().catch(refuse));
    this.show(main.dataset.recording);
  }

  async turn() {
    this.button.disabled = true;
    try {
      const { session_id: id, status } = await (await call(this.id ? "/session/stop" : "/session/start")).json();
      this.show(status === "recording" ? id : "", id);
    } finally {
      this.button.disabled = false;
    }
  }

  /** On with an id. `last`: what was recorded until now, which can still be watched. */
  show(id, last = id) {
    this.id = id;
    this.light.classList.toggle("on", Boolean(id));
    this.button.setAttribute("aria-pressed", String(Boolean(id)));
    this.main.querySelector("[data-record-does]").textContent = id ? "Stop" : "Record";
    this.main.querySelector("[data-light-says]").textContent = id ? `Recording into ${id}` : last ? `Recorded: ${last}` : "";
    const link = this.main.querySelector("[data-light-link]");
    link.hidden = !last;
    if (last) link.href = `/recordings/${encodeURIComponent(last)}/`;
  }
}
