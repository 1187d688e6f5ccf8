// Pictures come in by drop, paste or choice. Each is its own request, so that each has its own bar and its own fate.
import { whenDropped } from "./dropping.js";

const main = document.getElementById("main");
const waiting = document.getElementById("uploading");
const refused = document.getElementById("refused");
const megabyte = 1024 * 1024;
const arrived = new Set();
let shown = [];
let line = Promise.resolve();

/** Send the files one after the other: they get their numbers in the order they were given. */
export function send(files) {
  for (const file of files) {
    const row = rowFor(file);
    line = line.then(() => sendOne(file, row));
  }
}

function sendOne(file, row) {
  const most = Number(main.dataset.maxMb);
  if (file.size > most * megabyte) {
    row.remove();
    return refuse(file, `has ${inMegabytes(file.size)}. A file may have ${most} MB.`);
  }
  return new Promise((done) => {
    const request = new XMLHttpRequest();
    const body = new FormData();
    body.append("files", file, file.name || "pasted.png");
    request.upload.addEventListener("progress", (event) => show(row, event.loaded / event.total, file.size));
    request.addEventListener("loadend", () => { settle(file, row, request); done(); });
    request.open("POST", main.dataset.upload);
    for (const [name, value] of Object.entries(JSON.parse(document.body.getAttribute("hx-headers")))) {
      request.setRequestHeader(name, value);
    }
    request.send(body);
  });
}

function settle(file, row, request) {
  if (request.status === 201) {
    arrived.add(row);
    htmx.trigger(document.body, "pictures");
    return;
  }
  row.remove();
  refuse(file, request.status ? problem(request) : "did not arrive: no connection.", request.status ? null : () => send([file]));
}

// A row stays until the tray shows its picture, so that nothing blinks: one that arrives during a look waits for the next.
document.addEventListener("htmx:beforeRequest", ({ detail }) => { if (detail.target.id === "tray") shown = [...arrived]; });
document.addEventListener("htmx:afterSettle", ({ detail }) => {
  if (detail.target.id !== "tray") return;
  for (const row of shown) { row.remove(); arrived.delete(row); }
});

function problem(request) {
  try { return JSON.parse(request.responseText).detail; } catch { return `was refused (${request.status}).`; }
}

function rowFor(file) {
  const row = document.getElementById("uploading-shot").content.firstElementChild.cloneNode(true);
  const image = row.querySelector("img");
  image.addEventListener("error", () => image.remove());
  image.addEventListener("load", () => URL.revokeObjectURL(image.src));
  image.src = URL.createObjectURL(file);
  row.querySelector(".meta").textContent = file.name;
  row.querySelector("progress").setAttribute("aria-label", `Uploading ${file.name}`);
  row.querySelector(".num").textContent = "waits";
  waiting.append(row);
  return row;
}

function show(row, share, size) {
  const percent = Math.round(100 * share);
  row.querySelector("progress").value = percent;
  row.querySelector(".num").textContent = percent < 100 ? `${percent} % of ${inMegabytes(size)}` : "being read";
}

function refuse(file, why, again = null) {
  const note = document.getElementById("refused-note").content.firstElementChild.cloneNode(true);
  const name = file.name || "The pasted picture";
  note.querySelector("strong").textContent = name;
  // The server's sentence begins with the file's name already.
  note.querySelector("p span").textContent = why.startsWith(`${name}: `) ? why.slice(name.length + 2) : why;
  note.querySelector("button").addEventListener("click", () => note.remove());
  if (again) note.querySelector("p").append(tryAgain(() => { note.remove(); again(); }));
  refused.append(note);
}

function tryAgain(act) {
  const button = document.createElement("button");
  button.type = "button";
  button.className = "btn small";
  button.textContent = "Try again";
  button.addEventListener("click", act);
  return button;
}

function inMegabytes(bytes) {
  return bytes < megabyte ? `${Math.max(1, Math.round(bytes / 1024))} KB` : `${(bytes / megabyte).toFixed(1)} MB`;
}

document.addEventListener("change", (event) => {
  if (!event.target.matches("[data-pick]")) return;
  send(event.target.files);
  event.target.value = "";
});

document.addEventListener("paste", (event) => {
  const files = [...event.clipboardData.files].filter((file) => file.type.startsWith("image/"));
  // Words copied from a document bring a picture of themselves along; the words are meant.
  if (!files.length || event.clipboardData.types.includes("text/plain")) return;
  event.preventDefault();
  send(files);
});

whenDropped(document.querySelector("[data-drop]"), send);
