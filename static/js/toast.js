// A few words at the bottom of the page. They leave by themselves; bad news waits to be dismissed.
const STAYS = 4000;

export function toast(words, kind = "good") {
  const note = document.getElementById("toast").content.firstElementChild.cloneNode(true);
  note.querySelector(".words").textContent = words;
  if (kind === "bad") {
    note.setAttribute("role", "alert");
    note.querySelector("use").setAttribute("href", "#i-bad");
  }
  note.querySelector("button").addEventListener("click", () => note.remove());
  document.getElementById("toasts").append(note);
  if (kind !== "bad") setTimeout(() => note.remove(), STAYS);
}
