// The time a session still lives, counted down. At the end the page asks the server, who knows whether it is over.
const minute = 60_000;

function count() {
  const gauge = document.getElementById("gauge");
  if (!gauge?.dataset.expires) return;
  const left = new Date(gauge.dataset.expires) - Date.now();
  if (left < -2000) { location.assign(gauge.dataset.here); return; }
  const share = Math.min(100, Math.max(0, (100 * left) / (gauge.dataset.idle * minute)));
  gauge.querySelector("circle + circle").setAttribute("stroke-dasharray", `${share} 100`);
  gauge.querySelector("[data-left]").textContent = left > minute ? `${Math.ceil(left / minute)} min left` : "under a minute left";
}

setInterval(count, 5000);
document.addEventListener("htmx:afterSettle", count);
count();
