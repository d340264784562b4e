/** What is said, as lines on the show clock: those that contain the frame on screen are shown, by
 *  the rule of the pins. */
import { call } from "../api/client";
import type { Caption, CaptionLines, RoomEntries } from "../contract";

/** Kept for the next show: a language, or "" for none. */
const KEPT = "showfloor-captions";

export type Keep = Pick<Storage, "getItem" | "setItem">;

/** Captions are shown unasked where the viewer reads another language than the show speaks; what
 *  somebody chose before goes first. */
export function chosenOf(
  languages: readonly string[],
  { viewer, spoken, kept }: { viewer: string; spoken: string; kept: string | null },
): string | null {
  if (kept !== null) return kept && (matching(languages, kept) ?? null);
  return viewer === spoken ? null : (matching(languages, viewer) ?? null);
}

/** `ar` finds `ar-EG`, and `ar-EG` finds `ar`. */
const matching = (languages: readonly string[], wanted: string): string | undefined =>
  languages.find((each) => each === wanted) ??
  languages.find((each) => each.split("-")[0] === wanted.split("-")[0]);

export const keptChoice = (keep: Keep): string | null => {
  try {
    return keep.getItem(KEPT);
  } catch {
    return null; // storage is refused
  }
};

export const keepChoice = (keep: Keep, language: string | null): void => {
  try {
    keep.setItem(KEPT, language ?? "");
  } catch {
    // The choice then holds for this page.
  }
};

export const fetchLines = async (
  api: string,
  showId: string,
  language: string,
): Promise<Caption[]> =>
  (await call<CaptionLines>(api, `/shows/${showId}/captions/${encodeURIComponent(language)}`))
    .lines;

/** Lines that came with the room, of one language. */
export const linesIn = (entries: RoomEntries, language: string): Caption[] =>
  Object.entries(entries).flatMap(([key, value]) => {
    const line = value as Caption;
    return key.startsWith("caption/") && line.language === language ? [line] : [];
  });

/** Known lines by id, in the order of time. */
export function merge(known: readonly Caption[], more: readonly Caption[]): Caption[] {
  const byId = new Map([...known, ...more].map((line) => [line.id, line]));
  return [...byId.values()].sort((a, b) => Date.parse(a.start) - Date.parse(b.start));
}

/** What is on screen at `moment` (ms, show clock): the newest lines that contain it. */
export function linesAt(lines: readonly Caption[], moment: number, most = 2): Caption[] {
  return lines
    .filter(({ start, end }) => Date.parse(start) <= moment && moment < Date.parse(end))
    .slice(-most);
}
