// What every page does: theme, keys, dialogs, menus, toasts, and the pictures that need a darker ground.
import "./dialogs.js";
import "./follow.js";
import "./keys.js";
import "./looks.js";
import "./menus.js";
import { toast } from "./toast.js";
import { markPale } from "./pale.js";

document.addEventListener("click", (event) => {
  if (event.target.closest("[data-theme-toggle]")) switchTheme();
  const dismissed = event.target.closest("[data-dismiss]");
  if (dismissed) dismissed.closest(dismissed.dataset.dismiss).remove();
});

export function switchTheme() {
  const root = document.documentElement;
  const dark = root.dataset.theme ? root.dataset.theme === "dark" : matchMedia("(prefers-color-scheme: dark)").matches;
  root.dataset.theme = dark ? "light" : "dark";
  try { localStorage.setItem("theme", root.dataset.theme); } catch { /* a private window forgets; the switch still works */ }
}
document.addEventListener("theme", switchTheme);

// A failed request says why, in the server's own words (problem+json), and the page stays as it was. What the page only
// looks at by itself fails in silence: nobody asked, and it looks again.
const isLook = (event) => ["look", "jobs"].includes(event.detail.requestConfig?.triggeringEvent?.type);
document.addEventListener("htmx:responseError", (event) => { if (!isLook(event)) toast(words(event.detail.xhr), "bad"); });
document.addEventListener("htmx:beforeSwap", (event) => {
  // A form that was refused comes back as a page part, with what is wrong in it; a problem is for the toast.
  const isPart = event.detail.xhr.getResponseHeader("Content-Type")?.startsWith("text/html");
  if (event.detail.xhr.status === 422 && isPart) { event.detail.shouldSwap = true; event.detail.isError = false; }
});
document.addEventListener("htmx:sendError", (event) => {
  if (!isLook(event)) toast("No connection. Nothing was changed; try again when it is back.", "bad");
});

function words(xhr) {
  try { return JSON.parse(xhr.responseText).detail; } catch { return `The server answered ${xhr.status}. Try again.`; }
}

markPale(document);
document.addEventListener("htmx:load", (event) => markPale(event.detail.elt));
