import { readKept, writeKept } from "../shop/kept";

/** What was held is somebody else's now, and no tab of this browser goes on saying that it is held. */
export function forgetHeld(showId: string, holdId: string | undefined): void {
  if (readKept(showId)?.hold.id === holdId) writeKept(showId, null);
}
