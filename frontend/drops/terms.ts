/** The hash of the terms of each drop, as this page was first given it while the countdown ran. */
import type { DropCue } from "../contract";

const given = new Map<string, string>();

/** `now` is milliseconds since the epoch, of the server: from the opening on it is too late to know what
 *  was announced. */
export function noteTerms(
  { drop_id, opens_at, terms_sha256 }: DropCue["payload"],
  now: number,
): void {
  if (terms_sha256 && now < Date.parse(opens_at) && !given.has(drop_id))
    given.set(drop_id, terms_sha256);
}

/** Whether a log with these terms is the one that was announced; null where this page was not open
 *  then. */
export function isAnnounced(dropId: string, sealed: string | null): boolean | null {
  const announced = given.get(dropId);
  return announced === undefined || sealed === null ? null : announced === sealed;
}
