// A few words at the bottom of the page. They leave by themselves; bad news waits to be dismissed.
const STAYS = 4000;

export function toast(words, kind = "good") {
  const toasts = document.getElementById("toasts");
  // Bad news that still stands there is not told twice.
  if (kind === "bad" && [...toasts.querySelectorAll("[role=alert] .words")].some((one) => one.textContent === words)) return;
  const note = document.getElementById("toast").content.firstElementChild.cloneNode(true);
  note.querySelector(".words").textContent = words;
  if (kind === "bad") {
    note.setAttribute("role", "alert");
    note.querySelector("use").setAttribute("href", "#i-bad");
  }
  note.querySelector("button").addEventListener("click", () => note.remove());
  toasts.append(note);
  if (kind !== "bad") setTimeout(() => note.remove(), STAYS);
}
