/** The hash of the terms of each drop, as this page was first given it with the countdown. */
import type { DropCue } from "../contract";

const given = new Map<string, string>();

export function noteTerms({ drop_id, terms_sha256 }: DropCue["payload"]): void {
  if (terms_sha256 && !given.has(drop_id)) given.set(drop_id, terms_sha256);
}

/** Null where this page did not show the drop. */
export const termsOf = (dropId: string): string | null => given.get(dropId) ?? null;
