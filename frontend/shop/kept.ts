/** What a reload must not lose, in the browser's own storage. A frame whose storage is blocked
 *  simply forgets it. */
import type { Checkout, CouponClaim, Hold } from "../contract";
import type { Form } from "./form";

/** The purchase of one show, shared by all tabs of this browser. No personal data: what is held,
 *  and which checkout was opened on it. */
export interface Kept {
  hold: Hold;
  checkout: Checkout | null;
  paid: boolean;
}

/** Milliseconds after the hold's deadline: so long a reload shows what was bought, and a device's
 *  clock may be wrong. */
const LASTS = 15 * 60_000;

const ACCOUNT = "showfloor.account";

/** The session itself is a cookie that no script reads: this says whether asking for it is worth
 *  while, so that a guest's page asks nothing more than before. */
export function writeSignedIn(signedIn: boolean): void {
  write(() => localStorage, ACCOUNT, signedIn ? {} : null);
  if (!signedIn) forgetForms();
}

/** The account has filled them in: the next person at this browser finds nothing of it. */
function forgetForms(): void {
  try {
    for (const slot of Object.keys(sessionStorage))
      if (slot.startsWith(formSlotOf(""))) sessionStorage.removeItem(slot);
  } catch {
    /* storage is blocked in some third-party frames */
  }
}

export const maybeSignedIn = (): boolean => read(() => localStorage, ACCOUNT) !== null;

/** Coupons that were claimed in a show: whose browser it is to them, and their secrets. */
export interface KeptCoupons {
  key: string;
  claims: CouponClaim[];
  putAway: string | null;
}

const couponsOf = (showId: string) => `showfloor.coupons.${showId}`;

export const writeCoupons = (showId: string, kept: KeptCoupons): void =>
  write(() => localStorage, couponsOf(showId), kept);

/** Without those that are over. */
export function readCoupons(showId: string): KeptCoupons | null {
  const kept = read<KeptCoupons>(() => localStorage, couponsOf(showId));
  const good = (kept?.claims ?? []).filter(({ until }) => Date.parse(until) > Date.now());
  return kept && { ...kept, claims: good };
}

export const slotOf = (showId: string) => `showfloor.hold.${showId}`;
const formSlotOf = (showId: string) => `showfloor.form.${showId}`;

export function writeKept(showId: string, kept: Kept | null): void {
  write(() => localStorage, slotOf(showId), kept);
}

export function readKept(showId: string): Kept | null {
  const kept = read<Kept>(() => localStorage, slotOf(showId));
  if (!kept) return null;
  if (Date.parse(kept.hold.expires_at) + LASTS > Date.now()) return kept;
  writeKept(showId, null);
  return null;
}

/** What the guest typed, for this tab alone and until it is paid, given back or run out; never the
 *  card, nothing of somebody who was not let in, and no creator's code, which would go before a
 *  link that was opened later. A phone that needs memory for the bank's own app drops the tab that
 *  waits for it. */
export function writeForm(showId: string, form: Form | null): void {
  const kept = form?.admission ? { ...form, code: undefined, number: "" } : null;
  write(() => sessionStorage, formSlotOf(showId), kept);
}

export const readForm = (showId: string): Form | null =>
  read<Form>(() => sessionStorage, formSlotOf(showId));

function write(storage: () => Storage, slot: string, value: object | null): void {
  try {
    if (value) storage().setItem(slot, JSON.stringify(value));
    else storage().removeItem(slot);
  } catch {
    /* storage is blocked in some third-party frames */
  }
}

function read<T>(storage: () => Storage, slot: string): T | null {
  try {
    return JSON.parse(storage().getItem(slot) ?? "null") as T | null;
  } catch {
    return null;
  }
}
