// data-opens="id" opens a dialog, data-closes closes the one it stands in, a click on the backdrop closes too.
document.addEventListener("click", (event) => {
  const opener = event.target.closest("[data-opens]");
  // A dialog that fetches its content opens when that has come.
  if (opener && !opener.hasAttribute("hx-get")) document.getElementById(opener.dataset.opens).showModal();
  if (event.target.closest("[data-closes]")) event.target.closest("dialog").close();
  if (event.target instanceof HTMLDialogElement) event.target.close();
});

document.addEventListener("htmx:afterSettle", (event) => {
  const dialog = event.detail.target;
  if (dialog instanceof HTMLDialogElement && !dialog.open) dialog.showModal();
});

// A form with data-asks is sent only after the question was answered. Caught on its way down: HTMX must not hear it.
document.addEventListener("submit", (event) => {
  const form = event.target;
  if (!form.dataset.asks || form.dataset.answered) return;
  event.preventDefault();
  event.stopPropagation();
  ask(form);
}, { capture: true });

function ask(form) {
  const dialog = document.getElementById("ask");
  document.getElementById("ask-title").textContent = form.dataset.asks;
  document.getElementById("ask-words").textContent = form.dataset.says;
  const yes = document.getElementById("ask-does");
  yes.textContent = form.dataset.does;
  yes.onclick = () => {
    dialog.close();
    form.dataset.answered = "yes";
    form.requestSubmit();
    if (form.dataset.shuts) document.getElementById(form.dataset.shuts).close();
  };
  dialog.showModal();
}

// Left and right walk through what a dialog shows.
document.addEventListener("keydown", (event) => {
  const step = { ArrowLeft: "newer", ArrowRight: "older" }[event.key];
  const dialog = document.querySelector("dialog[open]");
  if (step && dialog) dialog.querySelector(`[data-step="${step}"]:not(:disabled)`)?.click();
});
