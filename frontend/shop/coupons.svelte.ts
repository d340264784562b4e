/** What this browser has claimed in a show, and the coupon that can be claimed now. What is left of it
 *  is what the shop counted last. */
import { call, freshKey, problemOf, type Problem } from "../api/client";
import type { CouponClaim, ShownCoupon, ShownCoupons } from "../contract";
import { readCoupons, writeCoupons } from "./kept";

export class Coupons {
  shown = $state.raw<ShownCoupon | null>(null);
  claims = $state.raw<readonly CouponClaim[]>([]);
  problem = $state.raw<Problem | null>(null);
  busy = $state(false);
  /** The buyer wants to pay without them. */
  left = $state(false);
  /** Whose card has given its place back. */
  putAway = $state<string | null>(null);
  #key: string;
  #asked = 0;

  constructor(
    private readonly api: string,
    private readonly showId: string,
  ) {
    const kept = readCoupons(showId);
    this.#key = kept?.key ?? freshKey();
    this.claims = kept?.claims ?? [];
    this.putAway = kept?.putAway ?? null;
  }

  /** What is shown with a purchase. */
  readonly tokens = $derived.by(() => (this.left ? [] : this.claims.map(({ token }) => token)));

  /** The claim of the coupon that is shown. */
  readonly own = $derived.by(
    () => this.claims.find(({ coupon_id }) => coupon_id === this.shown?.id) ?? null,
  );

  /** Again with each change in the room. */
  async load(): Promise<void> {
    const turn = ++this.#asked;
    try {
      const { coupon } = await call<ShownCoupons>(this.api, `/shows/${this.showId}/coupon`);
      if (turn !== this.#asked) return;
      // A refusal is of one coupon.
      if (coupon?.id !== this.shown?.id) this.problem = null;
      this.shown = coupon;
      if (coupon?.claim) this.#add(coupon.claim);
    } catch {
      /* It is an offer beside the show: the next change in the room asks again. */
    }
  }

  async claim(): Promise<boolean> {
    const coupon = this.shown;
    if (!coupon || this.busy) return false;
    this.busy = true;
    this.problem = null;
    try {
      const path = `/coupons/${coupon.id}/claims`;
      this.#add(await call<CouponClaim>(this.api, path, { method: "POST", key: this.#key }));
      return true;
    } catch (error) {
      this.problem = problemOf(error);
      void this.load();
      return false;
    } finally {
      this.busy = false;
    }
  }

  put(id: string): void {
    this.putAway = id;
    this.#keep();
  }

  /** What was paid with is used. */
  forget(): void {
    this.claims = [];
    this.#keep();
  }

  #add(claim: CouponClaim): void {
    const others = this.claims.filter(({ token }) => token !== claim.token);
    this.claims = [...others, claim];
    this.left = false;
    this.#keep();
  }

  #keep(): void {
    const { claims, putAway } = this;
    writeCoupons(this.showId, { key: this.#key, claims: [...claims], putAway });
  }
}
