// A pale picture on a pale chequered ground cannot be seen: such a one gets a darker ground. Only pixels can tell.
export function markPale(root) {
  const holders = [...root.querySelectorAll("[data-clear]")];
  if (root.matches?.("[data-clear]")) holders.push(root);
  for (const holder of holders) {
    const frame = holder.matches(".pic") ? holder : holder.querySelector(".pic");
    const image = frame?.querySelector("img");
    if (!image) continue;
    const judge = () => frame.classList.toggle("dim", isPale(image));
    if (image.complete && image.naturalWidth) judge();
    else image.addEventListener("load", judge, { once: true });
  }
}

function isPale(image) {
  const side = 24;
  const canvas = new OffscreenCanvas(side, side).getContext("2d", { willReadFrequently: true });
  canvas.drawImage(image, 0, 0, side, side);
  const { data } = canvas.getImageData(0, 0, side, side);
  let light = 0, weight = 0;
  for (let at = 0; at < data.length; at += 4) {
    light += data[at + 3] * (0.3 * data[at] + 0.59 * data[at + 1] + 0.11 * data[at + 2]);
    weight += data[at + 3];
  }
  return weight > 0 && light / weight > 205;
}
