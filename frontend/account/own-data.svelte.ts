/** What is known of a viewer, what they ask about it, and its end. */
import { Work } from "../api/work.svelte";
import type { Erasure, OwnData } from "../contract";
import type { Account } from "./session.svelte";

export type Question = "correct" | "object";

export class OwnDataRequests extends Work {
  data = $state.raw<OwnData | null>(null);
  asking = $state<Question | "erase" | null>(null);
  /** By when what was asked is answered. */
  due = $state<string | null>(null);

  constructor(private readonly account: Account) {
    super();
  }

  load = (): Promise<boolean> =>
    this.once(async () => {
      this.data = await this.account.request<OwnData>("/viewer/data");
    });

  begin = (what: Question | "erase"): void => {
    this.problem = this.due = null;
    this.asking = what;
  };

  cancel = (): void => {
    this.problem = null;
    this.asking = null;
  };

  ask = (kind: Question, text: string): Promise<boolean> =>
    this.once(async () => {
      const body = { kind, text };
      const asked = await this.account.request<{ due_at: string }>("/viewer/data-requests", {
        method: "POST",
        body,
      });
      this.due = asked.due_at;
      this.asking = null;
    });

  /** The session ends with it. */
  erase = (): Promise<boolean> =>
    this.once(async () => {
      const erasure = await this.account.request<Erasure>("/viewer/erasure", { method: "POST" });
      this.account.beErased(erasure);
    });
}
