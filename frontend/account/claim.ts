/** The order of a guest that waits to be taken into an account. Its owner may have to sign in first,
 *  and the link of that mail opens a new page, so the order's token waits in the browser. */

const SLOT = "showfloor.claim";
/** Milliseconds: longer than a sign-in by mail takes. */
const KEPT = 3_600_000;

interface Kept {
  token: string;
  until: number;
}

export function keptClaim(now = Date.now()): string | null {
  try {
    const kept = JSON.parse(localStorage.getItem(SLOT) ?? "null") as Partial<Kept> | null;
    if (kept?.token && kept.until && kept.until > now) return kept.token;
    localStorage.removeItem(SLOT);
  } catch {
    /* no storage: the order is known as long as the page lasts */
  }
  return null;
}

export function keepClaim(token: string | null, now = Date.now()): void {
  try {
    if (token) localStorage.setItem(SLOT, JSON.stringify({ token, until: now + KEPT }));
    else localStorage.removeItem(SLOT);
  } catch {
    /* see above */
  }
}
