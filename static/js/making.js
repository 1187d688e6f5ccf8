// Jobs of this page: the title tells how far they are, a quiet voice says it now and then, Escape stops the newest.
const title = document.title;
const told = document.getElementById("told");
const every = 5000;
let saidAt = 0;

const live = () => [...document.querySelectorAll("#jobs [data-status=queued], #jobs [data-status=running]")];

function tell() {
  const [job] = live();
  const percent = job?.dataset.percent;
  document.title = job ? `(${percent ? `${percent} %` : "…"}) ${title}` : title;
  if (job && performance.now() - saidAt > every) say(job.querySelector(".meta").textContent);
}

function say(words) {
  told.textContent = words;
  saidAt = performance.now();
}

document.addEventListener("htmx:afterSettle", tell);
document.addEventListener("told", tell);
document.body.addEventListener("made", (event) => say(event.detail.value));

document.addEventListener("keydown", (event) => {
  const busy = event.defaultPrevented || document.querySelector("dialog[open]");
  if (event.key === "Escape" && !busy) live()[0]?.querySelector("[data-cancel]")?.click();
});
tell();
