/** Batches of payouts, for operators: computed by one, approved by another, and what the bank did. */
import { Work } from "../api/work.svelte";
import type { PayoutBatch, PayoutBatches, PayoutHold } from "../contract";
import type { Asking } from "./order.svelte";

export type BatchStep = "approve" | "discard";
export type PayoutStep = "settle" | "fail" | "return";

/** What the bank may still say of a payout. */
export const stepsOf = ({ state }: PayoutBatch["payouts"][number]): PayoutStep[] =>
  state === "sent" ? ["settle", "fail"] : state === "settled" ? ["return"] : [];

/** The message of where a payout stands, for the operator, whose bank is not the payee's. */
export function stateKey({ state }: PayoutBatch["payouts"][number]) {
  if (state === "sent") return "money.payout_operator.sent";
  if (state === "settled") return "money.payout_operator.settled";
  return `money.payout.${state}` as const;
}

export class PayoutDesk extends Work {
  found = $state.raw<PayoutBatches | null>(null);

  constructor(private readonly studio: Asking) {
    super();
  }

  load(): Promise<boolean> {
    return this.#step("/payouts/batches");
  }

  compute(currency: string): Promise<boolean> {
    return this.#step("/payouts/batches", { method: "POST", body: { currency } });
  }

  decide({ id }: PayoutBatch, step: BatchStep): Promise<boolean> {
    return this.#step(`/payouts/batches/${id}/${step}`, { method: "POST" });
  }

  /** A reason is needed for what did not arrive: the payee reads it. */
  end(id: string, step: PayoutStep, reason: string): Promise<boolean> {
    const body = step === "settle" ? {} : { body: { reason } };
    return this.#step(`/payouts/${id}/${step}`, { method: "POST", ...body });
  }

  release({ id }: PayoutHold): Promise<boolean> {
    return this.#step(`/payouts/holds/${id}/release`, { method: "POST" });
  }

  #step(path: string, call: Parameters<Asking["request"]>[1] = {}): Promise<boolean> {
    return this.once(async () => {
      this.found = await this.studio.request<PayoutBatches>(path, call);
    });
  }
}
