// The prompt's mirror: the field's own words are invisible, the mirror under it draws them with what was understood.
import { edit, fromField, moved, toField } from "./spans.js";

const form = document.getElementById("compose");
const mirror = document.getElementById("mirror");
export const field = document.getElementById("prompt");
const tagLike = /@[\p{L}\p{N}\p{M}_]+/gu;
let chars = [...field.value];
let spans = [];
let isWanted = false;
let taken = null;

const number = (element, name) => Number(element.dataset[name]);
const spanOf = (kind) => (element) => ({ kind, start: number(element, "start"), end: number(element, "end"), n: element.dataset.clause, weight: element.dataset.weight });

/** Take over what the server understood, if it read the words that now stand in the field. */
function takeReading() {
  const read = document.querySelector("[data-read]");
  if (!read || read.dataset.read !== field.value) return;
  tellButton(read);
  // Other parts of the page settle too: they must not put out what the pointer lights.
  if (read === taken) return;
  taken = read;
  spans = [
    ...[...read.querySelectorAll("[data-clause]")].map(spanOf("clause")),
    ...[...read.querySelectorAll(".unread")].map(spanOf("unread")),
    ...[...document.querySelectorAll("#diagnostics .diagnostic")].map(spanOf("doubt")),
  ];
  draw();
  lightCurrent();
  if (isWanted) makeNow();
}

function tellButton({ dataset }) {
  const button = document.getElementById("make");
  button.textContent = `Make the ${dataset.makes}`;
  button.disabled = !("ready" in dataset);
}

/** Make what stands in the field: at once, or as soon as the server has read it to the last letter. */
function makeNow() {
  isWanted = document.querySelector("[data-read]").dataset.read !== field.value;
  if (!isWanted) document.getElementById("make").click();
}

function draw() {
  const big = spans.filter((span) => span.kind !== "doubt").sort((a, b) => a.start - b.start);
  const parts = [];
  let at = 0;
  for (const span of big) {
    if (span.start < at) continue;
    parts.push(...inline(at, span.start), wrapped(span));
    at = span.end;
  }
  parts.push(...inline(at, chars.length), "\u200b");
  mirror.replaceChildren(...parts);
  mirror.scrollTop = field.scrollTop;
}

function wrapped(span) {
  const element = document.createElement("span");
  element.className = span.kind;
  if (span.kind === "clause") { element.dataset.n = span.n; element.dataset.clause = span.n; }
  element.append(...inline(span.start, span.end));
  return element;
}

/** The text of a stretch, its tags coloured and its doubtful words waved under. */
function inline(start, end) {
  const marks = spans.filter((span) => span.kind === "doubt" && span.start < end && span.end > start);
  const cuts = new Set([start, end, ...marks.flatMap((mark) => [Math.max(start, mark.start), Math.min(end, mark.end)])]);
  const edges = [...cuts].sort((a, b) => a - b);
  return edges.slice(1).flatMap((edge, index) => {
    const text = withTags(chars.slice(edges[index], edge).join(""));
    const mark = marks.find((one) => one.start <= edges[index] && one.end >= edge);
    if (!mark) return text;
    const wave = document.createElement("u");
    wave.className = mark.weight;
    wave.append(...text);
    return [wave];
  });
}

/** A text as nodes, each tag in it an <i>. */
export function withTags(text) {
  const nodes = [];
  let at = 0;
  for (const match of text.matchAll(tagLike)) {
    const tag = document.createElement("i");
    tag.textContent = match[0];
    nodes.push(text.slice(at, match.index), tag);
    at = match.index + match[0].length;
  }
  return [...nodes, text.slice(at)];
}

/** Put words in place of a stretch of the field, as if they were typed: undo works, and the reading follows. */
export function replace(start, end, words) {
  field.focus();
  field.setSelectionRange(start, end);
  // The one way to change a field that keeps its undo history; browsers keep it for that reason.
  if (!document.execCommand("insertText", false, words)) {
    field.setRangeText(words, start, end, "end");
    field.dispatchEvent(new Event("input", { bubbles: true }));
  }
}

/** Put a tag at the cursor, with the spaces it needs around it. */
export function insertTag(name) {
  const { value, selectionStart: start, selectionEnd: end } = field;
  const before = start > 0 && !/\s$/.test(value.slice(0, start)) ? " " : "";
  const after = /^\s/.test(value.slice(end)) ? "" : " ";
  replace(start, end, `${before}@${name}${after}`);
}

field.addEventListener("input", () => {
  const now = [...field.value];
  spans = moved(spans, edit(chars, now));
  chars = now;
  draw();
  remember();
});
field.addEventListener("scroll", () => { mirror.scrollTop = field.scrollTop; });

document.addEventListener("click", (event) => {
  const act = (name) => event.target.closest(`[data-${name}]`);
  const [tag, example, fix] = [act("insert"), act("example"), act("correct")];
  if (tag) insertTag(tag.dataset.insert);
  if (example) replace(0, field.value.length, example.dataset.example);
  if (fix) replace(toField(chars, number(fix, "start")), toField(chars, number(fix, "end")), fix.dataset.correct);
});

form.addEventListener("keydown", (event) => {
  if (event.key !== "Enter" || !(event.ctrlKey || event.metaKey)) return;
  event.preventDefault();
  makeNow();
});

document.addEventListener("keydown", (event) => {
  if (event.key !== "/" || event.target.closest("input, textarea") || document.querySelector("dialog[open]")) return;
  event.preventDefault();
  field.focus();
});

// Clause, layer and line light up together: under the pointer, or where the cursor stands.
export function light(n) {
  for (const part of document.querySelectorAll("[data-clause]")) part.classList.toggle("lit", part.dataset.clause === n);
}

function lightCurrent() {
  const at = fromField(field.value, field.selectionStart);
  const holds = spans.find((span) => span.kind === "clause" && span.start <= at && at <= span.end);
  light(document.activeElement === field ? holds?.n : undefined);
}
document.addEventListener("selectionchange", lightCurrent);
document.addEventListener("pointerover", (event) => {
  const part = event.target.closest("[data-clause]");
  if (part) light(part.dataset.clause);
});
document.addEventListener("pointerout", (event) => { if (event.target.closest("[data-clause]")) lightCurrent(); });

// What was typed outlives a reload of the page, not the browser window.
const draft = `draft ${form.action}`;
function remember() { try { sessionStorage.setItem(draft, field.value); } catch { /* then it does not */ } }
function recall() { try { return sessionStorage.getItem(draft); } catch { return null; } }

function colourExamples(root) {
  for (const line of root.querySelectorAll(".example, .try-line, .viewer-prompt")) {
    if (!line.firstElementChild) line.replaceChildren(...withTags(line.textContent));
  }
}
document.addEventListener("htmx:load", (event) => colourExamples(event.detail.elt.parentElement ?? event.detail.elt));
document.addEventListener("htmx:afterSettle", takeReading);
colourExamples(document);

// Not before HTMX listens: it begins with the document too, and was asked first.
document.addEventListener("DOMContentLoaded", () => {
  const kept = recall();
  if (kept && !new URLSearchParams(location.search).has("prompt")) field.value = kept;
  if (field.value !== document.querySelector("[data-read]").dataset.read) {
    field.dispatchEvent(new Event("input", { bubbles: true }));
  }
});
draw();
takeReading();
