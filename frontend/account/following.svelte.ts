/** Of which shows a viewer is reminded by mail: of all of the hosts whom they follow, and single
 *  ones. */
import { call, Refused } from "../api/client";
import { Work } from "../api/work.svelte";
import type { FollowedHost, Show, WaitedForShow, Wanted } from "../contract";
import type { Account } from "./session.svelte";

export class Following extends Work {
  /** Null until they are there. */
  wanted = $state.raw<Wanted | null>(null);
  /** The show with which its owner came here. */
  show = $state.raw<Show | null>(null);
  /** What was just done about it. */
  done = $state<"reminded" | "following" | null>(null);

  constructor(private readonly account: Account) {
    super();
  }

  load = (): Promise<boolean> =>
    this.#then(async () => {
      const id = this.account.reminder;
      if (id) this.show = await this.#find(id);
    });

  /** Null where there is no such show any more, which is then not asked for again. */
  async #find(id: string): Promise<Show | null> {
    try {
      return await call<Show>(this.account.api, `/shows/${encodeURIComponent(id)}`);
    } catch (error) {
      if (!(error instanceof Refused) || error.problem.status !== 404) throw error;
      this.account.dropReminder();
      return null;
    }
  }

  get coming(): boolean {
    return this.show?.state === "scheduled";
  }

  get followed(): boolean {
    return !!this.wanted?.hosts.some(({ creator_id }) => creator_id === this.show?.host.id);
  }

  remind = (): Promise<boolean> =>
    this.#then(async () => {
      await this.account.request(`/viewer/reminders/${this.show!.id}`, { method: "PUT" });
      this.#answered("reminded");
    });

  follow = (): Promise<boolean> =>
    this.#then(async () => {
      await this.account.request(`/viewer/follows/${this.show!.host.id}`, { method: "PUT" });
      this.#answered("following");
    });

  dismiss = (): void => {
    this.problem = this.done = this.show = null;
    this.account.dropReminder();
  };

  unfollow = ({ creator_id }: FollowedHost): Promise<boolean> =>
    this.#then(() => this.account.request(`/viewer/follows/${creator_id}`, { method: "DELETE" }));

  forget = ({ id }: WaitedForShow): Promise<boolean> =>
    this.#then(() => this.account.request(`/viewer/reminders/${id}`, { method: "DELETE" }));

  #answered(done: "reminded" | "following"): void {
    this.done = done;
    this.account.dropReminder();
  }

  /** What is shown afterwards is what the server has. */
  #then(step: () => Promise<unknown>): Promise<boolean> {
    return this.once(async () => {
      await step();
      this.wanted = await this.account.request<Wanted>("/viewer/reminders");
    });
  }
}

/** Whoever has a mail about a show stops others like it, signed in or not. */
export class Stopping extends Work {
  done = $state(false);

  constructor(
    private readonly api: string,
    private readonly token: string,
  ) {
    super();
  }

  stop = (): Promise<boolean> =>
    this.once(async () => {
      await call(this.api, `/viewer/unsubscribe/${encodeURIComponent(this.token)}`, {
        method: "POST",
      });
      this.done = true;
    });
}
