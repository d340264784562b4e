/** A recording's two clocks: seconds into the video, and moments of the show clock. Where the
 *  camera was away, or the host cut something, the show clock jumps and the video does not. Pure. */

/** Video from `at` seconds on, for `seconds`, that shows the show clock from `moment` (ms) on. */
export interface Stretch {
  at: number;
  moment: number;
  seconds: number;
}

/** The show clock jumps: `at` seconds into the video `away` seconds are missing. */
export interface Jump {
  at: number;
  away: number;
}

/** Seconds. Less is the rounding of encoders. */
const SAME = 0.25;

/** Segments in order, each with its place in the video and its moment, as few stretches. */
export function stretchesOf(segments: Iterable<Stretch>): Stretch[] {
  const found: Stretch[] = [];
  for (const { at, moment, seconds } of segments) {
    const last = found.at(-1);
    if (last && Math.abs(endOf(last) - moment) < SAME * 1000) last.seconds = at + seconds - last.at;
    else found.push({ at, moment, seconds });
  }
  return found;
}

const endOf = ({ moment, seconds }: Stretch): number => moment + seconds * 1000;

/** The moment of the show clock at `position` seconds into the video; null without video. */
export function momentAt(stretches: readonly Stretch[], position: number): number | null {
  const found = stretches.findLast(({ at }) => at <= position) ?? stretches[0];
  return found ? found.moment + (position - found.at) * 1000 : null;
}

/** Where in the video a moment of the show clock is; a moment that was cut out or missed is where
 *  the video goes on after it, and one after the end is the end. Null without video. */
export function positionAt(stretches: readonly Stretch[], moment: number): number | null {
  const found = stretches.find((stretch) => moment < endOf(stretch));
  if (found) return found.at + Math.max(0, moment - found.moment) / 1000;
  const last = stretches.at(-1);
  return last ? last.at + last.seconds : null;
}

/** Where something is missing. */
export function jumpsIn(stretches: readonly Stretch[]): Jump[] {
  return stretches.slice(1).map((stretch, index) => ({
    at: stretch.at,
    away: (stretch.moment - endOf(stretches[index]!)) / 1000,
  }));
}
