// Follows jobs. The one at work is streamed (server-sent events) and shown as it comes; everything that is not streamed
// asks for itself: [data-every] says how often, in milliseconds, and [data-follows] which job it shows.
const quiet = 10_000; // what a stream keeps up to date asks only now and then; [data-quiet] says otherwise
const afterRefusal = 30_000;
const afterEnd = 5_000;
const ended = ["done", "failed", "cancelled"];
const asked = new WeakMap();
const refused = new Map();
let source = null;
let followed = null;

const now = () => performance.now();
const isOpen = () => source?.readyState === EventSource.OPEN;

/** One stream a page, and none for a page nobody sees: a browser keeps but six connections to a house. */
function choose() {
  if (document.hidden) return null;
  const shown = [...document.querySelectorAll("main [data-follows], [data-follows]")]
    .filter((element) => !(refused.get(element.dataset.follows) > now()));
  return (shown.find((element) => element.dataset.status === "running") ?? shown[0])?.dataset.follows ?? null;
}

function follow() {
  const id = choose();
  if (id === followed) return;
  leave();
  if (!id) return;
  followed = id;
  source = new EventSource(`/api/v1/jobs/${id}/events`);
  source.addEventListener("message", (event) => tell(JSON.parse(event.data)));
  source.addEventListener("error", () => {
    // A stream that broke off comes back by itself; one that was refused does not.
    if (source.readyState !== EventSource.CLOSED) return;
    refused.set(id, now() + afterRefusal);
    leave();
  });
}

function leave() {
  source?.close();
  source = followed = null;
}

function tell(job) {
  if (ended.includes(job.status)) {
    // The page shows it as live for a moment still.
    refused.set(job.id, now() + afterEnd);
    leave();
  }
  const shown = [...document.querySelectorAll(`[data-follows="${job.id}"]`)];
  for (const element of shown) show(element, job);
  if (shown.every((element) => element.dataset.status === job.status)) return;
  // Those that hear of jobs are told with all others.
  for (const element of shown) if (!element.matches("[hx-trigger~=jobs]")) ask(element);
  htmx.trigger(document.body, "jobs");
}

function show(element, job) {
  const bar = element.querySelector("progress");
  if (bar && job.percent !== null) bar.value = bar.textContent = job.percent;
  if ("percent" in element.dataset) element.dataset.percent = job.percent ?? "";
  put(element.querySelector("[data-done]"), `${job.done} of ${job.total}`);
  put(element.querySelector("[data-says]"), job.says || job.note);
  put(element.querySelector("[data-headline]"), (job.status === "running" && job.note) || job.title);
  document.dispatchEvent(new Event("told"));
}

function put(element, words) {
  if (element) element.textContent = words;
}

function ask(element) {
  asked.set(element, now());
  htmx.trigger(element, "look");
}

/** Whether the stream tells all that this element shows: its own job, or the only one that lives on the page. */
function isStreamed(element) {
  const jobs = element.dataset.follows ? [element] : [...document.querySelectorAll("[data-follows]")];
  return isOpen() && jobs.every((one) => one.dataset.follows === followed);
}

function rest(element) {
  if (isStreamed(element)) return Number(element.dataset.quiet ?? quiet);
  return Math.max(element.dataset.every, document.hidden ? 2000 : 0);
}

function tick() {
  follow();
  for (const element of document.querySelectorAll("[data-every]:not([data-gone])")) {
    // While a look is on its way there is no other: on a slow line none would ever arrive.
    if (!asked.has(element) || element.matches(".htmx-request")) asked.set(element, now());
    if (now() - asked.get(element) >= rest(element)) ask(element);
  }
}

setInterval(tick, 200);
document.addEventListener("htmx:afterSettle", follow);
document.addEventListener("visibilitychange", follow);
addEventListener("pagehide", leave);
// What is not there any more is not looked for any more; the page stays as it was until it is loaded again.
document.addEventListener("htmx:responseError", ({ detail }) => {
  if (detail.xhr.status === 404 && "every" in detail.elt.dataset) detail.elt.dataset.gone = "";
});
follow();
