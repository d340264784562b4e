/** What comes after a show, and how long it is until a show begins. Pure, but for the one request. */
import type { Page, Show } from "../contract";

/** The show that begins soonest after `now` (ms), or null. */
export function nextShow(shows: readonly Show[], current: string, now: number): Show | null {
  const begins = (show: Show) => Date.parse(show.starts_at ?? "");
  return (
    shows
      .filter((show) => show.id !== current && begins(show) > now)
      .sort((one, other) => begins(one) - begins(other))[0] ?? null
  );
}

/** Seconds until a moment, never below zero; null while it is farther away than a clock can say. */
export function countdown(startsAt: string | null, now: number): number | null {
  const left = (Date.parse(startsAt ?? "") - now) / 1000;
  return Number.isFinite(left) && left < 24 * 3600 ? Math.max(0, left) : null;
}

/** Where the recording of an ended show plays; null when the shop cannot be asked. */
export async function fetchReplay(api: string, show: Show): Promise<string | null> {
  try {
    const answer = await fetch(`${api}/shows/${show.id}`);
    return answer.ok ? ((await answer.json()) as Show).playback.hls_url : null;
  } catch {
    return null;
  }
}

/** A page without an answer simply says nothing about what comes next. */
export async function fetchNext(api: string, current: string, now: number): Promise<Show | null> {
  try {
    const answer = await fetch(`${api}/shows?state=scheduled&limit=100`);
    if (!answer.ok) return null;
    return nextShow(((await answer.json()) as Page<Show>).items, current, now);
  } catch {
    return null;
  }
}
