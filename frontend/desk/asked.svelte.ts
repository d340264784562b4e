/** What hosts ask a seller for: it is agreed to, taken back, or closed while it runs. */
import { problemOf, type Problem } from "../api/client";
import type { Studio } from "../studio/session.svelte";

export type Done = "agreed" | "taken_back" | "was_closed";
type Step = "agree" | "withdraw";

interface Item {
  id: string;
  state: string;
}

export class Asked<One extends Item> {
  items = $state.raw<readonly One[]>([]);
  problem = $state.raw<Problem | null>(null);
  done = $state.raw<Done | null>(null);
  busy = $state(false);

  /** `list` is the path of all that is asked for, `name` that of one of them. */
  constructor(
    readonly studio: Pick<Studio, "request">,
    readonly name: "drops" | "coupons",
    readonly list: string,
  ) {}

  /** Who may not see what hosts plan is asked for nothing. */
  begin = (): Promise<void> => this.#load().catch(() => undefined);

  /** Whether it was done. */
  async act(one: One, step: Step, body?: object): Promise<boolean> {
    if (this.busy) return false;
    this.busy = true;
    this.problem = null;
    try {
      const path = `/${this.name}/${one.id}/${step}`;
      await this.studio.request(path, { method: "POST", ...(body ? { body } : {}) });
      this.done =
        step === "agree" ? "agreed" : one.state === "planned" ? "taken_back" : "was_closed";
      await this.#load();
      return true;
    } catch (error) {
      this.problem = problemOf(error);
      return false;
    } finally {
      this.busy = false;
    }
  }

  async #load(): Promise<void> {
    const found = await this.studio.request<Record<string, readonly One[]>>(this.list);
    this.items = found[this.name] ?? [];
  }
}
