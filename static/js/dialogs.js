// data-opens="id" opens a dialog, data-closes closes the one it stands in, a click on the backdrop closes too.
document.addEventListener("click", (event) => {
  const opener = event.target.closest("[data-opens]");
  // A dialog that fetches its content opens when that has come.
  if (opener && !opener.hasAttribute("hx-get")) document.getElementById(opener.dataset.opens).showModal();
  if (event.target.closest("[data-closes]")) event.target.closest("dialog").close();
  if (event.target instanceof HTMLDialogElement) event.target.close();
});

document.addEventListener("htmx:afterSwap", (event) => {
  const dialog = event.detail.target;
  if (dialog instanceof HTMLDialogElement && !dialog.open) dialog.showModal();
});

// data-asks="id": a form asks first. Without a script it is simply sent.
document.addEventListener("submit", (event) => {
  const dialog = document.getElementById(event.target.dataset.asks);
  if (!dialog || dialog.open) return;
  event.preventDefault();
  dialog.showModal();
});

// Left and right walk through what a dialog shows.
document.addEventListener("keydown", (event) => {
  const step = { ArrowLeft: "newer", ArrowRight: "older" }[event.key];
  const dialog = document.querySelector("dialog[open]");
  if (step && dialog) dialog.querySelector(`[data-step="${step}"]:not(:disabled)`)?.click();
});
