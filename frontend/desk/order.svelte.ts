/** One order on the merchant's desk: what it says, what was noted about it, and what is done with it. */
import { freshKey, isUnsure, problemOf, type Problem } from "../api/client";
import type { OrderDetail, OrderNote } from "../contract";
import type { Studio } from "../studio/session.svelte";

export type Asking = Pick<Studio, "request">;
export type Panel = "send" | "refund" | "cancel" | "back" | "suspect";

export class OrderDesk {
  order = $state.raw<OrderDetail | null>(null);
  notes = $state.raw<OrderNote[]>([]);
  problem = $state.raw<Problem | null>(null);
  busy = $state(false);
  panel = $state<Panel | null>(null);
  /** What was done last, for a sentence about it. */
  done = $state.raw<Panel | "arrived" | null>(null);
  /** What was asked without an answer: asked again, it must not happen twice. */
  #open: { what: string; key: string } | null = null;

  constructor(
    private readonly studio: Asking,
    readonly id: string,
  ) {}

  get #path(): string {
    return `/orders/${this.id}`;
  }

  async load(): Promise<void> {
    try {
      this.order = await this.studio.request<OrderDetail>(this.#path);
      this.notes = await this.#notes();
    } catch (error) {
      this.problem = problemOf(error);
    }
  }

  show(panel: Panel | null): void {
    this.panel = panel;
    this.problem = this.done = null;
  }

  send = (body: object): Promise<boolean> => this.#act("shipments", body, "send");
  refund = (body: object): Promise<boolean> => this.#act("refunds", body, "refund");
  takeBack = (body: object): Promise<boolean> => this.#act("returns", body, "back");
  cancel = (): Promise<boolean> => this.#act("cancel", {}, "cancel");
  /** Nothing of the order changes, and nothing is answered about the buyer. */
  suspect = (): Promise<boolean> =>
    this.#once(async () => {
      await this.studio.request(`${this.#path}/suspicion`, { method: "POST" });
      this.panel = null;
      this.done = "suspect";
    });
  arrived = (shipment: string): Promise<boolean> =>
    this.#act(`shipments/${shipment}/delivered`, {}, "arrived");

  async note(text: string): Promise<boolean> {
    return this.#once(async () => {
      this.notes = await this.#notes({ method: "POST", body: { text } });
    });
  }

  async #notes(options = {}): Promise<OrderNote[]> {
    const path = `${this.#path}/notes`;
    return (await this.studio.request<{ notes: OrderNote[] }>(path, options)).notes;
  }

  async #act(path: string, body: object, what: Panel | "arrived"): Promise<boolean> {
    return this.#once(async () => {
      const asked = path + JSON.stringify(body);
      const key = this.#open?.what === asked ? this.#open.key : freshKey();
      this.#open = { what: asked, key };
      const call = { method: "POST" as const, body, key };
      this.order = await this.studio.request<OrderDetail>(`${this.#path}/${path}`, call);
      this.#open = this.panel = null;
      this.done = what;
    });
  }

  /** One thing at a time; whether it was done. */
  async #once(step: () => Promise<void>): Promise<boolean> {
    if (this.busy) return false;
    this.busy = true;
    this.problem = this.done = null;
    try {
      await step();
      return true;
    } catch (error) {
      await this.#refused(problemOf(error));
      return false;
    } finally {
      this.busy = false;
    }
  }

  /** What does not fit the order was chosen from an older one: it is shown as it is now. */
  async #refused(problem: Problem): Promise<void> {
    this.problem = problem;
    if (!isUnsure(problem)) this.#open = null;
    if (problem.status !== 409) return;
    try {
      this.order = await this.studio.request<OrderDetail>(this.#path);
    } catch {
      /* the refusal says enough */
    }
  }
}
