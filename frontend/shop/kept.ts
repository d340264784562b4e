/** What a reload must not lose, in the tab's own storage. */
import type { Checkout, Hold } from "../contract";

export const slotOf = (showId: string) => `showfloor.hold.${showId}`;

/** No personal data: what is held, and which checkout was opened on it. */
export interface Kept {
  hold: Hold;
  checkout: Checkout | null;
}

/** A reload keeps the hold; a frame whose storage is blocked simply forgets it. */
export function writeKept(slot: string, kept: Kept | null): void {
  try {
    if (kept) sessionStorage.setItem(slot, JSON.stringify(kept));
    else sessionStorage.removeItem(slot);
  } catch {
    /* storage is blocked in some third-party frames */
  }
}

export function readKept(slot: string): Kept | null {
  try {
    const kept = JSON.parse(sessionStorage.getItem(slot) ?? "null") as Kept | null;
    return kept && Date.parse(kept.hold.expires_at) > Date.now() ? kept : null;
  } catch {
    return null;
  }
}
