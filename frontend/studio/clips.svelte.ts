/** A show's clips as its host sees them: what is suggested, what is a draft, what is public. */
import { problemOf, type Problem } from "../api/client";
import type { Clip } from "../contract";
import type { Studio } from "./session.svelte";
import type { Span } from "./replay-decisions.svelte";

/** Milliseconds between looks while something is being made. */
const LOOK_AGAIN = 1000;
const LAST = 30_000;

export class Clips {
  items = $state.raw<Clip[]>([]);
  problem = $state.raw<Problem | null>(null);
  busy = $state(false);
  /** A message's key. */
  done = $state("");
  #timer: ReturnType<typeof setTimeout> | undefined;
  readonly suggested = $derived(this.items.filter(({ state }) => state === "suggested"));
  readonly own = $derived(this.items.filter(({ state }) => state !== "suggested"));

  constructor(
    private readonly studio: Pick<Studio, "request">,
    private readonly showId: string,
  ) {}

  async load(): Promise<void> {
    clearTimeout(this.#timer);
    try {
      this.items = (
        await this.studio.request<{ items: Clip[] }>(`/shows/${this.showId}/clips`)
      ).items;
    } catch (error) {
      this.problem = problemOf(error);
    }
    if (this.items.some(({ state }) => state === "preparing"))
      this.#timer = setTimeout(() => void this.load(), LOOK_AGAIN);
  }

  stop(): void {
    clearTimeout(this.#timer);
  }

  add = ({ start, end }: Span, title: string, isPublic: boolean) =>
    this.#step(
      "POST",
      `/shows/${this.showId}/clips`,
      { from: start, to: end, title, public: isPublic },
      "clip.added",
    );

  /** `now` is the newest frame's moment on the show clock, ms. */
  addLast = (now: number, title: string) =>
    this.#step(
      "POST",
      `/shows/${this.showId}/clips`,
      {
        from: new Date(now - LAST).toISOString(),
        to: new Date(now).toISOString(),
        title,
        public: true,
      },
      "clip.last_done",
    );

  publish = (clip: Clip, isPublic: boolean) =>
    this.#step("PATCH", `/clips/${clip.id}`, { public: isPublic }, "");

  remove = (clip: Clip) => this.#step("DELETE", `/clips/${clip.id}`, undefined, "");

  async #step(
    method: "POST" | "PATCH" | "DELETE",
    path: string,
    body: object | undefined,
    done: string,
  ): Promise<boolean> {
    if (this.busy) return false;
    this.busy = true;
    this.problem = null;
    this.done = "";
    try {
      await this.studio.request(path, body ? { method, body } : { method });
      this.done = done;
      await this.load();
      return true;
    } catch (error) {
      this.problem = problemOf(error);
      return false;
    } finally {
      this.busy = false;
    }
  }
}
