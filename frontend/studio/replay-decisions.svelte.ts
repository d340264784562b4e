/** What the host decides about a show's replay. Every answer is the server's whole decision. */
import { problemOf, type Problem } from "../api/client";
import type { ReplayDecision } from "../contract";
import type { Studio } from "./session.svelte";

export interface Span {
  start: string;
  end: string;
}

export class ReplayDecisions {
  now = $state.raw<ReplayDecision | null>(null);
  problem = $state.raw<Problem | null>(null);
  busy = $state(false);
  /** A message's key: what was done last. */
  done = $state("");
  /** Counts what was cut, so that the player opens the recording anew. */
  cuts = $state(0);
  readonly #path: string;

  /** `changed` is called after something of the replay is another than before. */
  constructor(
    private readonly studio: Pick<Studio, "request">,
    showId: string,
    private readonly changed: () => unknown,
  ) {
    this.#path = `/shows/${showId}/replay`;
  }

  async load(): Promise<void> {
    try {
      this.now = await this.studio.request<ReplayDecision>(this.#path);
    } catch (error) {
      this.problem = problemOf(error);
    }
  }

  publish = (isPublic: boolean) =>
    this.#change({ public: isPublic }, isPublic ? "cut.published" : "cut.withheld");

  /** Nothing before and after this part. */
  keepOnly = ({ start, end }: Span) =>
    this.#change({ trim_start: start, trim_end: end }, "cut.kept", true);

  hide = (span: Span) =>
    this.#change({ hidden: [...(this.now?.hidden ?? []), span] }, "cut.hidden", true);

  showAgain = ({ start, end }: Span) =>
    this.#change(
      {
        hidden: (this.now?.hidden ?? []).filter((span) => span.start !== start || span.end !== end),
      },
      "cut.shown_again",
      true,
    );

  /** The frame that announces the replay; it is drawn a moment later. */
  announceBy = (poster_at: string) => this.#change({ poster_at }, "cut.poster_set");

  /** Days after the end; null: when the market of the show says. */
  keep = (keep_days: number | null) => this.#change({ keep_days }, "cut.keep_saved");

  wholeAgain = () => this.#change({ trim_start: null, trim_end: null }, "cut.whole_again", true);

  /** For good: the server cannot take it back either. */
  async remove(): Promise<boolean> {
    const removed = await this.#step(
      () => this.studio.request(this.#path, { method: "DELETE" }),
      "cut.deleted",
    );
    if (removed) await this.load();
    return removed;
  }

  async #change(body: object, done: string, cuts = false): Promise<boolean> {
    return this.#step(async () => {
      this.now = await this.studio.request<ReplayDecision>(this.#path, { method: "PATCH", body });
      if (cuts) this.cuts += 1;
    }, done);
  }

  async #step(run: () => Promise<unknown>, done: string): Promise<boolean> {
    if (this.busy) return false;
    this.busy = true;
    this.problem = null;
    this.done = "";
    try {
      await run();
      this.done = done;
      await this.changed();
      return true;
    } catch (error) {
      this.problem = problemOf(error);
      return false;
    } finally {
      this.busy = false;
    }
  }
}
