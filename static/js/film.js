// The film strip: what it holds is known, what it does not hold yet is fetched when it comes into sight or is asked for.
const strip = document.querySelector("[data-film-strip]");
const known = new Map();
const coming = new Map();

read(strip);

/** What is known of a step; fetched first where it must be. Null when it cannot be had. */
export async function still(number) {
  if (!known.has(number)) await fill(gapOf(number));
  return known.get(number) ?? null;
}

/** Whether a step that is not known may be there all the same. */
export const mayCome = (number) => Boolean(gapOf(number));

/** What is known of it by now. */
export const seen = (number) => known.get(number) ?? null;

/** Mark the step at the playhead and bring it into sight. */
export function mark(number) {
  const link = linkOf(number);
  for (const other of strip.querySelectorAll("[aria-current]")) if (other !== link) other.removeAttribute("aria-current");
  for (const other of strip.querySelectorAll("[tabindex='0']")) other.tabIndex = -1;
  if (!link) return;
  link.setAttribute("aria-current", "step");
  link.tabIndex = 0;
  if (strip.contains(document.activeElement)) link.focus({ preventScroll: true });
  bringIntoSight(link.parentElement);
}

const linkOf = (number) => strip.querySelector(`[data-number="${number}"]`);
const gapOf = (number) => [...strip.querySelectorAll("[data-gap]")]
  .find((gap) => Number(gap.dataset.from) <= number && number <= Number(gap.dataset.to));

/** Only the strip is scrolled: scrollIntoView would move the page on a phone. */
function bringIntoSight(item) {
  const [left, right] = [item.offsetLeft - strip.offsetLeft, item.offsetLeft - strip.offsetLeft + item.offsetWidth];
  const margin = item.offsetWidth;
  if (left - margin < strip.scrollLeft) strip.scrollLeft = left - margin;
  else if (right + margin > strip.scrollLeft + strip.clientWidth) strip.scrollLeft = right + margin - strip.clientWidth;
}

function read(part) {
  for (const link of part.querySelectorAll("[data-still]")) {
    const told = JSON.parse(link.dataset.still);
    known.set(told.number, told);
    if (!link.hasAttribute("aria-current")) link.tabIndex = -1;
  }
}

function fill(gap) {
  if (!gap) return null;
  const from = gap.dataset.from;
  if (!coming.has(from)) coming.set(from, fetched(gap).finally(() => coming.delete(from)));
  return coming.get(from);
}

async function fetched(gap) {
  const answer = await fetch(gap.dataset.gap).catch(() => null);
  if (!answer?.ok || answer.redirected) return; // to the page to sign in at
  const part = document.createElement("ol");
  part.innerHTML = await answer.text();
  read(part);
  gap.replaceWith(...part.children);
}

const sight = new IntersectionObserver((entries) => {
  for (const { target, isIntersecting } of entries) if (isIntersecting) fill(target);
}, { root: strip, rootMargin: "0px 400px" });

for (const gap of strip.querySelectorAll("[data-gap]")) {
  // As wide as what it stands for, so that nothing moves when that comes.
  gap.style.gridColumn = `span ${gap.dataset.to - gap.dataset.from + 1}`;
  sight.observe(gap);
}
