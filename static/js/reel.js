// Where a film stands, where it goes next and how long it rests there. Knows no page and no clock: everything is handed
// in, and every function gives back a new reel. Times are in milliseconds.
const second = 1000;
/** With the time between the steps as it was, nobody waits longer than this. */
export const LONGEST = 5 * second;

/** A film from `first` to `last`, its playhead at `at`. */
export function reel(first, last, at) {
  return { first, last, at: within(first, at, last), playing: false, speed: "1" };
}

export function moved(film, to) {
  return { ...film, at: within(film.first, to, film.last), playing: false };
}

/** Begin or go on; at the end it begins anew. */
export function played(film) {
  if (film.first === film.last) return film;
  return { ...film, playing: true, at: film.at === film.last ? film.first : film.at };
}

export function paused(film) {
  return { ...film, playing: false };
}

/** One step on; behind the last it stands still. */
export function advanced(film) {
  const at = Math.min(film.at + 1, film.last);
  return { ...film, at, playing: film.playing && at < film.last };
}

export function atSpeed(film, speed) {
  return { ...film, speed };
}

/** Where a key leads; null: it means nothing here. */
export function led(film, key, isTenfold) {
  const far = isTenfold ? 10 : 1;
  const to = { ArrowLeft: film.at - far, ArrowRight: film.at + far, Home: film.first, End: film.last }[key];
  return to === undefined ? null : moved(film, to);
}

/** How long a step is shown before the next. `now` and `next` are when they were made; unknown is null. Where motion is
 *  unwelcome (`isCalm`) no step is shown for less than a second. */
export function rest(speed, now, next, isCalm = false) {
  const { wait, isCut } = speed === "made" ? asMade(now, next) : { wait: second / Number(speed), isCut: false };
  return { wait: isCalm ? Math.max(wait, second) : wait, isCut };
}

function asMade(now, next) {
  if (now === null || next === null) return { wait: second, isCut: false };
  const wait = Math.max(0, next - now);
  return { wait: Math.min(wait, LONGEST), isCut: wait > LONGEST };
}

/** A length of time as a clock shows it: 0:27, 12:05, 1:02:09. */
export function clock(milliseconds) {
  const all = Math.max(0, Math.floor(milliseconds / second));
  const [hours, minutes, seconds] = [Math.floor(all / 3600), Math.floor(all / 60) % 60, all % 60];
  const two = (number) => String(number).padStart(2, "0");
  return hours ? `${hours}:${two(minutes)}:${two(seconds)}` : `${minutes}:${two(seconds)}`;
}

function within(least, number, most) {
  return Math.min(Math.max(number, least), most);
}
