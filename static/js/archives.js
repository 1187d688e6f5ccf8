// A recording's archive comes in by drop or choice. On its way it tells how far it is; a refusal is told in words, and
// what was taken in is opened.
import { whenDropped } from "./dropping.js";

const form = document.querySelector("[data-import]");
const arriving = form.querySelector("[data-arriving]");
const refused = form.querySelector("[data-refused]");
const zone = form.querySelector("[data-drop]");
const bar = arriving.querySelector("progress");
const megabyte = 1024 * 1024;

function send(file) {
  refused.hidden = true;
  if (!arriving.hidden) return refuse(file, "was not taken: another one is still on its way.");
  const most = Number(form.dataset.maxMb);
  if (file.size > most * megabyte) return refuse(file, `has ${Math.ceil(file.size / megabyte)} MB. An archive may have ${most} MB.`);
  const request = new XMLHttpRequest();
  const body = new FormData();
  body.append("archive", file);
  request.upload.addEventListener("progress", (event) => tell(file, event.loaded / event.total));
  request.addEventListener("loadend", () => settle(file, request));
  request.open("POST", form.dataset.import);
  request.setRequestHeader("X-CSRFToken", form.querySelector("[name=csrfmiddlewaretoken]").value);
  request.send(body);
  tell(file, 0);
}

function tell(file, share) {
  arriving.hidden = false;
  zone.hidden = true;
  arriving.querySelector("b").textContent = file.name;
  if (share < 1) bar.value = Math.round(100 * share);
  else bar.removeAttribute("value");
  const words = share < 1 ? `${Math.round(100 * share)} % sent` : "Being read: every picture is checked";
  arriving.querySelector("[role=status]").textContent = words;
}

function settle(file, request) {
  arriving.hidden = true;
  zone.hidden = false;
  if (request.status === 201) return location.assign(`${form.dataset.opensAt}${JSON.parse(request.responseText).session_id}/`);
  if (request.status === 202) return location.assign("/jobs/");
  refuse(file, request.status ? problem(request) : "did not arrive: no connection.");
}

function problem(request) {
  try { return JSON.parse(request.responseText).detail; } catch { return `was refused (${request.status}).`; }
}

function refuse(file, why) {
  refused.hidden = false;
  refused.querySelector("strong").textContent = file.name;
  refused.querySelector("p span").textContent = why;
}

form.addEventListener("change", (event) => {
  if (event.target.files?.length) send(event.target.files[0]);
  event.target.value = "";
});
refused.querySelector("[data-hide]").addEventListener("click", () => { refused.hidden = true; });

whenDropped(zone, ([file]) => send(file));
