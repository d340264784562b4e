/** Where a viewer is signed in. */
import { Work } from "../api/work.svelte";
import type { ViewerSession } from "../contract";
import type { Account } from "./session.svelte";

export class Sessions extends Work {
  items = $state.raw<ViewerSession[] | null>(null);

  constructor(private readonly account: Account) {
    super();
  }

  load = (): Promise<boolean> => this.#then(() => Promise.resolve());

  end = ({ id }: ViewerSession): Promise<boolean> =>
    this.#then(() => this.account.request(`/viewer/sessions/${id}`, { method: "DELETE" }));

  endOthers = (): Promise<boolean> =>
    this.#then(() => this.account.request("/viewer/sessions", { method: "DELETE" }));

  /** What is shown afterwards is what the server has. */
  #then(step: () => Promise<unknown>): Promise<boolean> {
    return this.once(async () => {
      await step();
      const found = await this.account.request<{ sessions: ViewerSession[] }>("/viewer/sessions");
      this.items = found.sessions;
    });
  }
}
