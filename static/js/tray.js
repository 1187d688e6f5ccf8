// A tag is edited where it stands: the chip becomes a field, Enter keeps, Escape leaves it as it was.
const shotOf = (element) => element.closest(".shot");

document.addEventListener("click", (event) => {
  const chip = event.target.closest("[data-retag]");
  if (chip) edit(shotOf(chip), true);
});

document.addEventListener("keydown", (event) => {
  const form = event.target.closest(".retag");
  if (!form || event.key !== "Escape") return;
  event.preventDefault();
  const shot = shotOf(form);
  form.reset();
  form.querySelector("[name=tag]").value = shot.dataset.tag;
  edit(shot, false);
  shot.querySelector("button.tag").focus();
});

document.addEventListener("focusout", (event) => {
  const form = event.target.closest(".retag");
  if (!form || form.contains(event.relatedTarget) || form.querySelector(".wrong")) return;
  const changed = event.target.value.trim().replace(/^@/, "") !== shotOf(form).dataset.tag;
  if (changed) form.requestSubmit();
  else edit(shotOf(form), false);
});

// After a tag was kept, the rest of the page hears of it; after a refusal the field has the focus again.
document.addEventListener("htmx:afterSettle", (event) => {
  const wrong = event.detail.elt?.querySelector?.(".retag .wrong");
  wrong?.focus();
  wrong?.select();
});

function edit(shot, on) {
  const form = shot.querySelector(".retag");
  form.hidden = !on;
  for (const part of shot.querySelectorAll(":scope > .tag, :scope > .meta")) part.hidden = on;
  if (on) form.querySelector("[name=tag]").select();
}
