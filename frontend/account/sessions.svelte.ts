/** Where a viewer is signed in. */
import { problemOf, type Problem } from "../api/client";
import type { ViewerSession } from "../contract";
import type { Account } from "./session.svelte";

export class Sessions {
  items = $state.raw<ViewerSession[] | null>(null);
  problem = $state.raw<Problem | null>(null);
  busy = $state(false);

  constructor(private readonly account: Account) {}

  load = (): Promise<void> => this.#try(async () => {});

  end = ({ id }: ViewerSession): Promise<void> =>
    this.#try(() => this.account.request(`/viewer/sessions/${id}`, { method: "DELETE" }));

  endOthers = (): Promise<void> =>
    this.#try(() => this.account.request("/viewer/sessions", { method: "DELETE" }));

  /** What is shown afterwards is what the server has. */
  async #try(work: () => Promise<void>): Promise<void> {
    if (this.busy) return;
    this.busy = true;
    this.problem = null;
    try {
      await work();
      const found = await this.account.request<{ sessions: ViewerSession[] }>("/viewer/sessions");
      this.items = found.sessions;
    } catch (error) {
      this.problem = problemOf(error);
    } finally {
      this.busy = false;
    }
  }
}
