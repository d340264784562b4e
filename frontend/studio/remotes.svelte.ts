/** Second devices of a show: the code to scan, who joined, and ending them. */
import { problemOf, type Problem } from "../api/client";
import type { Remote, RemoteTicket } from "../contract";
import type { Studio } from "./session.svelte";

const POLL = 2000;

export class Remotes {
  items = $state.raw<readonly Remote[]>([]);
  ticket = $state.raw<RemoteTicket | null>(null);
  problem = $state.raw<Problem | null>(null);
  busy = $state(false);
  #timer: ReturnType<typeof setInterval> | null = null;

  readonly joined = $derived(this.items.filter(({ joined_at }) => joined_at !== null));

  constructor(
    private readonly studio: Pick<Studio, "request">,
    private readonly showId: string,
  ) {}

  start(): void {
    void this.load();
    this.#timer = setInterval(() => void this.load(), POLL);
  }

  stop(): void {
    if (this.#timer) clearInterval(this.#timer);
  }

  async load(): Promise<void> {
    try {
      const path = `/shows/${this.showId}/remotes`;
      this.items = (await this.studio.request<{ items: Remote[] }>(path)).items;
    } catch (error) {
      this.problem = problemOf(error);
      return;
    }
    const waiting = this.items.find(({ id }) => id === this.ticket?.remote.id);
    // Used, or too old: the code means nothing any more.
    if (!waiting || waiting.joined_at !== null) this.ticket = null;
  }

  invite = () =>
    this.#step(async () => {
      const path = `/shows/${this.showId}/remotes`;
      this.ticket = await this.studio.request<RemoteTicket>(path, { method: "POST", body: {} });
    });

  end = (id: string) =>
    this.#step(() =>
      this.studio.request(`/shows/${this.showId}/remotes/${id}`, { method: "DELETE" }),
    );

  async #step(run: () => Promise<unknown>): Promise<void> {
    if (this.busy) return;
    this.busy = true;
    this.problem = null;
    try {
      await run();
      await this.load();
    } catch (error) {
      this.problem = problemOf(error);
    } finally {
      this.busy = false;
    }
  }
}
