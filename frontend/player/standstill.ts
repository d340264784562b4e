/** Notices that the picture stands still, and where it could go on. Pure. */

export interface Watch {
  /** The position that was seen last, and since when it is that one; both in seconds. */
  at: number;
  since: number;
}

/** Seconds without progress after which a hole is jumped; a player that only waits for the next
 *  part needs less. */
const PATIENCE = 0.75;
/** What must be loaded behind the hole, so that the jump does not end in the next standstill. */
const RESERVE = 0.3;
const INTO = 0.05;

export function watch(seen: Watch, at: number, now: number): Watch {
  return Math.abs(at - seen.at) > 0.001 ? { at, since: now } : seen;
}

/** Where to go on after standing still for `still` seconds at the edge of a hole in what is loaded;
 *  null to keep waiting. */
export function nextAfterHole(
  at: number,
  loaded: readonly (readonly [number, number])[],
  still: number,
): number | null {
  if (still < PATIENCE) return null;
  const next = loaded.find(([start]) => start > at + INTO);
  const here = loaded.find(([start, end]) => start <= at && at < end - RESERVE);
  return next && !here && next[1] - next[0] >= RESERVE ? next[0] + INTO : null;
}
