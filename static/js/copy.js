// data-copies="words": a button that puts them on the clipboard, and says so.
import { toast } from "./toast.js";

document.addEventListener("click", async (event) => {
  const button = event.target.closest("[data-copies]");
  if (!button) return;
  try {
    await navigator.clipboard.writeText(button.dataset.copies);
    toast("The address is copied.");
  } catch {
    toast(`This browser gives no access to its clipboard. The address: ${button.dataset.copies}`, "bad");
  }
});
