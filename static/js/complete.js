// Completion of a tag behind an @: a listbox of pictures beside the cursor, driven from the field.
import { field, replace } from "./prompt.js";

const list = document.getElementById("complete");
const option = document.getElementById("completion-option").content.firstElementChild;
const begun = /(?:^|[^\p{L}\p{N}_@])@([\p{L}\p{N}\p{M}_]*)$/u;
let chosen = 0;
let leftAlone = null;

function word() {
  if (field.selectionStart !== field.selectionEnd) return null;
  return field.value.slice(0, field.selectionStart).match(begun)?.[1] ?? null;
}

/** The session's tags that hold the letters, those that begin with them first. */
function matches(letters) {
  const wanted = letters.toLocaleLowerCase();
  const at = (shot) => shot.dataset.tag.toLocaleLowerCase().indexOf(wanted);
  return [...document.querySelectorAll("#tray .shot")]
    .filter((shot) => shot.dataset.tag && at(shot) >= 0)
    .sort((a, b) => Math.min(1, at(a)) - Math.min(1, at(b)))
    .slice(0, 8);
}

function show() {
  const letters = word();
  const found = letters === null || letters === leftAlone ? [] : matches(letters);
  if (letters !== leftAlone) leftAlone = null;
  const isWhole = found.length === 1 && found[0].dataset.tag.toLocaleLowerCase() === letters.toLocaleLowerCase();
  list.replaceChildren(...(isWhole ? [] : found.map((shot) => row(shot, letters))));
  list.hidden = !list.children.length;
  choose(0);
  if (!list.hidden) place();
}

function row(shot, letters) {
  const element = option.cloneNode(true);
  const name = shot.dataset.tag;
  const at = name.toLocaleLowerCase().indexOf(letters.toLocaleLowerCase());
  element.id = `choice-${shot.id}`;
  element.dataset.name = name;
  element.querySelector("img").src = shot.dataset.thumbnail;
  element.querySelector(".pic").className = shot.querySelector(".pic").className.replace("sq", "");
  const hit = document.createElement("span");
  hit.className = "hit";
  hit.textContent = name.slice(at, at + letters.length);
  element.querySelector(".tag span").append(name.slice(0, at), hit, name.slice(at + letters.length));
  return element;
}

function choose(index) {
  chosen = index;
  for (const [at, element] of [...list.children].entries()) element.setAttribute("aria-selected", String(at === index));
  const element = list.children[index];
  if (element) field.setAttribute("aria-activedescendant", element.id);
  else field.removeAttribute("aria-activedescendant");
  element?.scrollIntoView({ block: "nearest", inline: "nearest" });
}

/** Beside the cursor: the mirror draws the same words at the same places, so a range in it tells where that is. */
function place() {
  const mirror = document.getElementById("mirror");
  const walker = document.createTreeWalker(mirror, NodeFilter.SHOW_TEXT);
  let left = field.selectionStart;
  let node = walker.nextNode();
  while (node && node.data.length < left) { left -= node.data.length; node = walker.nextNode(); }
  if (!node) return;
  const range = document.createRange();
  range.setStart(node, left);
  const caret = range.getBoundingClientRect();
  const frame = mirror.parentElement.getBoundingClientRect();
  const fits = caret.right - frame.left + 14 + list.offsetWidth < frame.width - 16;
  list.style.left = `${fits ? caret.right - frame.left + 14 : Math.max(16, frame.width - 16 - list.offsetWidth)}px`;
  list.style.top = `${caret.top - frame.top + (fits ? caret.height / 2 - list.offsetHeight / 2 : caret.height + 20)}px`;
}

function take(element) {
  const start = field.selectionStart - word().length;
  const after = /^\s/.test(field.value.slice(field.selectionStart)) ? "" : " ";
  replace(start, field.selectionStart, element.dataset.name + after);
  close();
}

function close() {
  list.hidden = true;
  list.replaceChildren();
  field.removeAttribute("aria-activedescendant");
}

field.addEventListener("keydown", (event) => {
  if (list.hidden || event.ctrlKey || event.metaKey) return;
  const count = list.children.length;
  const step = { ArrowDown: 1, ArrowRight: 1, ArrowUp: -1, ArrowLeft: -1 }[event.key];
  if (step && (event.key.endsWith("Down") || event.key.endsWith("Up"))) choose((chosen + step + count) % count);
  else if (event.key === "Tab" || event.key === "Enter") take(list.children[chosen]);
  else if (event.key === "Escape") { leftAlone = word(); close(); }
  else return;
  event.preventDefault();
  event.stopPropagation();
});
list.addEventListener("pointerdown", (event) => {
  event.preventDefault();
  const element = event.target.closest("[role=option]");
  if (element) take(element);
});
field.addEventListener("input", show);
field.addEventListener("click", show);
field.addEventListener("blur", close);
