// A look is what the page asks for by itself: [hx-trigger~=look]. Its answer takes nothing away from whoever has it in
// hand: a button between press and release, a name that is being typed, a question that stands open, a form whose own
// answer is on its way. It is asked for again once the hand is free.
const held = new Map();
let isPressed = false;

function isInHand(target, looker) {
  const typed = document.activeElement?.closest("input, textarea, .retag");
  const sent = [...target.querySelectorAll(".htmx-request")].filter((element) => element !== looker);
  return isPressed || document.querySelector("#ask[open]") || target.contains(typed ?? null) || sent.length > 0;
}

document.addEventListener("htmx:beforeSwap", ({ detail }) => {
  const looker = detail.requestConfig.elt;
  if (!detail.shouldSwap || !looker.matches("[hx-trigger~=look]")) return;
  // In the place of one that is gone stands a newer answer.
  if (looker.isConnected && !isInHand(detail.target, looker)) return;
  detail.shouldSwap = false;
  if (looker.isConnected) held.set(looker, detail.target);
});

function lookAgain() {
  for (const [looker, target] of held) {
    if (looker.isConnected && isInHand(target, looker)) continue;
    held.delete(looker);
    htmx.trigger(looker, "look");
  }
}

const press = () => { isPressed = true; };
const release = () => { isPressed = false; };

document.addEventListener("pointerdown", press);
document.addEventListener("keydown", (event) => { if (event.key === " " && event.target.matches("button, summary")) press(); });
for (const ends of ["pointerup", "pointercancel", "keyup"]) document.addEventListener(ends, release);
// A release beside the window, or on a scroll bar, is heard of nowhere else.
document.addEventListener("pointermove", (event) => { if (!event.buttons) release(); });
addEventListener("blur", release);

// After the click that a release makes, and what that sends.
for (const frees of ["pointerup", "pointercancel", "pointermove", "keyup", "focusout", "htmx:afterRequest"]) {
  document.addEventListener(frees, () => { if (held.size) setTimeout(lookAgain); });
}
