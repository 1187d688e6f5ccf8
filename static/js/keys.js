// Keys that work everywhere. A single letter counts only outside of fields, and can be switched off.
const box = document.querySelector("[data-single-keys]");
let afterG = 0;

box.checked = read() !== "off";
box.addEventListener("change", () => { try { localStorage.setItem("single-keys", box.checked ? "on" : "off"); } catch { /* forgets */ } });

function read() { try { return localStorage.getItem("single-keys"); } catch { return null; } }

/** Whether a bare key pressed now belongs to the page and not to a field, a dialog or a control. */
export function isFree(event) {
  return box.checked && !event.defaultPrevented && !event.ctrlKey && !event.metaKey && !event.altKey
    && !document.querySelector("dialog[open]") && !event.target.closest("input, textarea, select, [contenteditable]");
}

document.addEventListener("keydown", (event) => {
  if (!isFree(event)) return;
  const key = event.key.toLowerCase();
  if (key === "?") document.getElementById("keys").showModal();
  else if (key === "g") { afterG = event.timeStamp; return; }
  else if (event.timeStamp - afterG < 1500) goTo(key);
  afterG = 0;
});

function goTo(key) {
  if (key === "t") document.dispatchEvent(new Event("theme"));
  else document.querySelector(`.places [data-key="${CSS.escape(key)}"]`)?.click();
}
