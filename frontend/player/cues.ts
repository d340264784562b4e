/** What is on screen at a moment of the show clock: the cues that contain it, from both transports,
 *  by one rule. */
import type { Announcement, Cue, Disclosure, DropCue, Pin } from "../contract";

export type CueTable = ReadonlyMap<string, Cue>;

/** A cue is only ever closed or closed earlier, never reopened: the stream's copy may be older than
 *  the room's. */
export function learn(table: CueTable, cue: Cue): CueTable {
  const known = table.get(cue.id);
  if (known && (cue.end === null || known.end === cue.end)) return table;
  return new Map(table).set(cue.id, cue);
}

export function learnAll(table: CueTable, cues: Iterable<Cue>): CueTable {
  for (const cue of cues) table = learn(table, cue);
  return table;
}

/** The open pins at `moment` (ms since the epoch, show clock), newest first. `[start, end)`. */
export function pinsAt(table: CueTable, moment: number): Pin[] {
  return cuesAt(table, moment).filter(isPin).sort(newestFirst);
}

export const isPin = (cue: Cue): cue is Pin => cue.kind === "pin";

const isDrop = (cue: Cue): cue is DropCue => cue.kind === "drop";

/** The drop that the frame of `moment` shows, the newest one; of no frame yet: that which is
 *  open. */
export function dropAt(table: CueTable, moment: number | null): DropCue | null {
  const cues =
    moment === null ? [...table.values()].filter(({ end }) => end === null) : cuesAt(table, moment);
  return cues.filter(isDrop).sort(newestFirst)[0] ?? null;
}

const isAnnouncement = (cue: Cue): cue is Announcement => cue.kind === "announcement";

/** The announcement that the frame of `moment` shows, the newest one: its own time may be over before
 *  somebody ends it. */
export function announcementAt(table: CueTable, moment: number): Announcement | null {
  const said = cuesAt(table, moment).filter(isAnnouncement);
  return said.filter((cue) => !isOver(cue, moment)).sort(newestFirst)[0] ?? null;
}

/** Those that nobody has ended and whose time is not over, the next one first. */
export const openAnnouncements = (table: CueTable, moment: number): Announcement[] =>
  [...table.values()]
    .filter(isAnnouncement)
    .filter((cue) => cue.end === null && !isOver(cue, moment))
    .sort((one, other) => newestFirst(other, one));

const isOver = ({ payload: { until } }: Announcement, moment: number): boolean =>
  until !== null && Date.parse(until) <= moment;

const cuesAt = (table: CueTable, moment: number): Cue[] =>
  [...table.values()].filter(
    ({ start, end }) => Date.parse(start) <= moment && (end === null || moment < Date.parse(end)),
  );

/** The labels that the frame of `moment` must carry; of no frame yet: those that are open. */
export function disclosuresAt(table: CueTable, moment: number | null): Disclosure[] {
  const cues =
    moment === null ? [...table.values()].filter(({ end }) => end === null) : cuesAt(table, moment);
  const found = cues.flatMap(({ payload }) =>
    "disclosure" in payload ? [payload.disclosure] : [],
  );
  return [...new Set(found)].sort();
}

/** Without a picture there is no frame to wait for: what is open now. */
export function openPins(table: CueTable): Pin[] {
  return [...table.values()]
    .filter(isPin)
    .filter(({ end }) => end === null)
    .sort(newestFirst);
}

const newestFirst = (a: Cue, b: Cue) =>
  Date.parse(b.start) - Date.parse(a.start) || (a.id < b.id ? 1 : -1);

/** The cue in a DATERANGE's X-CUE attribute: base64 of compact UTF-8 JSON. Null for anything
 *  else. */
export function cueFromAttribute(value: string | undefined): Cue | null {
  if (!value) return null;
  try {
    const bytes = Uint8Array.from(atob(value), (character) => character.charCodeAt(0));
    return JSON.parse(new TextDecoder().decode(bytes)) as Cue;
  } catch {
    return null;
  }
}
