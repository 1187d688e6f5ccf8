// Files may be let go anywhere on the page; the zone only shows that they may.
import { toast } from "./toast.js";

const carriesFiles = (event) => event.dataTransfer?.types.includes("Files");

/** Give whatever files are let go to `take`. */
export function whenDropped(zone, take) {
  document.addEventListener("dragover", (event) => {
    if (!carriesFiles(event)) return;
    event.preventDefault();
    zone.classList.add("over");
  });
  document.addEventListener("dragleave", (event) => { if (!event.relatedTarget) zone.classList.remove("over"); });
  document.addEventListener("drop", (event) => {
    if (!carriesFiles(event)) return;
    event.preventDefault();
    zone.classList.remove("over");
    if (event.dataTransfer.files.length) take(event.dataTransfer.files);
    else toast("Nothing in that could be read as a file.", "bad");
  });
}
