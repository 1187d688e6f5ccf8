// Spans of the prompt, counted in characters as the server counts them (code points), and what an edit does to them.

/** Where two texts differ: the first character that does, and the ends of the differing parts. */
export function edit(before, after) {
  let start = 0;
  while (start < before.length && start < after.length && before[start] === after[start]) start += 1;
  let [oldEnd, newEnd] = [before.length, after.length];
  while (oldEnd > start && newEnd > start && before[oldEnd - 1] === after[newEnd - 1]) { oldEnd -= 1; newEnd -= 1; }
  return { start, oldEnd, newEnd };
}

/** The spans after an edit: those behind it move along, one that holds it grows or shrinks, a swallowed one goes. */
export function moved(spans, { start, oldEnd, newEnd }) {
  const shift = newEnd - oldEnd;
  return spans
    .map((span) => ({
      ...span,
      start: span.start >= oldEnd ? span.start + shift : Math.min(span.start, start),
      end: span.end >= oldEnd ? span.end + shift : Math.min(span.end, start),
    }))
    .filter((span) => span.end > span.start);
}

/** The index in code points of an index in UTF-16 units, as a field counts. */
export const fromField = (text, index) => [...text.slice(0, index)].length;

/** The index in UTF-16 units of an index in code points. */
export const toField = (chars, index) => chars.slice(0, index).join("").length;
