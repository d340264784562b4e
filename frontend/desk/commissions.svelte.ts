/** Commissions between merchants and creators: what is in force, what is proposed, what it made. */
import { Work } from "../api/work.svelte";
import type { Agreement, Commissions, CommissionPartner } from "../contract";
import { amountOf } from "./choice";
import type { Asking } from "./order.svelte";

/** What is over is not shown. */
export const isOpen = ({ state }: Agreement): boolean =>
  state === "proposed" || state === "to_come" || state === "in_force";

/** What is in force may be ended. A seller's end comes after the notice, and is not asked for again
 *  meanwhile; a creator's comes at once. */
export function mayStop(each: Agreement, all: Agreement[], isSellers: boolean): boolean {
  if (each.state !== "in_force" || !each.rate) return false;
  return !isSellers || !all.some((other) => other.state === "to_come" && isEndOf(other, each));
}

const isEndOf = (end: Agreement, each: Agreement): boolean =>
  !end.rate &&
  end.way === each.way &&
  end.product_id === each.product_id &&
  partnerKey(end) === partnerKey(each);

/** Percent as people type it ("8", "7,5", "٨") in hundredths of a percent; null for what is none. */
export function rateOf(typed: string): number | null {
  const rate = amountOf(typed.replace(/[%٪]/g, ""), "GBP");
  return rate === null || rate > 9000 ? null : rate;
}

/** Of what a show sells that the creator hosts, or of what comes by its links and codes. */
export type Way = Agreement["way"];

export const partnerKey = ({ merchant, creator }: CommissionPartner): string =>
  `${merchant.id} ${creator.id}`;

export class CommissionDesk extends Work {
  found = $state.raw<Commissions | null>(null);

  constructor(private readonly studio: Asking) {
    super();
  }

  load(): Promise<boolean> {
    return this.#step("/commissions");
  }

  propose({ merchant, creator }: CommissionPartner, rate: number, way: Way): Promise<boolean> {
    const body = { merchant_id: merchant.id, creator_id: creator.id, rate, way };
    return this.#step("/commissions", { method: "POST", body });
  }

  addCode(code: string): Promise<boolean> {
    return this.#step("/codes", { method: "POST", body: { code } });
  }

  endCode(code: string): Promise<boolean> {
    return this.#step(`/codes/${encodeURIComponent(code)}`, { method: "DELETE" });
  }

  answer({ id }: Agreement, how: "agree" | "decline" | "stop"): Promise<boolean> {
    return this.#step(`/commissions/${id}/${how}`, { method: "POST" });
  }

  #step(path: string, call: Parameters<Asking["request"]>[1] = {}): Promise<boolean> {
    return this.once(async () => {
      this.found = await this.studio.request<Commissions>(path, call);
    });
  }
}
