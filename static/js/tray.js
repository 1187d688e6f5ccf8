// A tag is edited where it stands: the chip becomes a field, Enter keeps, Escape leaves it as it was.
const shotOf = (element) => element.closest(".shot");
const nameOf = (shot) => shot.querySelector(".retag [name=tag]");

document.addEventListener("click", (event) => {
  const chip = event.target.closest("[data-retag]");
  if (chip) edit(shotOf(chip), true);
});

document.addEventListener("keydown", (event) => {
  const shot = event.target.closest(".shot-edit") && shotOf(event.target);
  if (!shot || event.key !== "Escape") return;
  event.preventDefault();
  nameOf(shot).value = shot.dataset.tag;
  edit(shot, false);
  shot.querySelector("button.tag").focus();
});

// Going elsewhere keeps what was typed; going to a dialog, or into the same picture's tools, is not elsewhere.
document.addEventListener("focusout", (event) => {
  const shot = event.target.closest(".shot-edit") && shotOf(event.target);
  if (!shot || !event.relatedTarget || shot.contains(event.relatedTarget) || event.relatedTarget.closest("dialog")) return;
  if (nameOf(shot).value.trim().replace(/^@/, "") !== shot.dataset.tag) nameOf(shot).form.requestSubmit();
  else edit(shot, false);
});

// A refused name keeps the focus, and is chosen, so that typing replaces it.
document.addEventListener("htmx:afterSettle", () => document.querySelector(".retag .wrong")?.select());

function edit(shot, on) {
  shot.classList.toggle("editing", on);
  if (!on) return;
  nameOf(shot).focus();
  nameOf(shot).select();
}
