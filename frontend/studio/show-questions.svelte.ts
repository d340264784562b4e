/** What is asked in a show, as its team sees it, and what they decide about it. */
import { problemOf, type Problem } from "../api/client";
import type { TeamQuestion, TeamQuestions } from "../contract";
import type { Studio } from "./session.svelte";

const waits = ({ state }: TeamQuestion) => state === "open" || state === "held";

export type Decision = "answer" | "dismiss" | "reopen";

export class ShowQuestions {
  items = $state.raw<readonly TeamQuestion[] | null>(null);
  problem = $state.raw<Problem | null>(null);
  /** What was decided last. */
  decided = $state.raw<Decision | null>(null);
  /** Counts the requests, so that an older answer never replaces a newer one. */
  #asked = 0;
  #shown = 0;
  /** The problem is that of a look, and is over with the next one that succeeds. */
  #ofLook = false;
  /** What is being decided: a second click on the same button does nothing. */
  readonly #begun = new Set<string>();

  /** How many wait, also beyond the list. */
  count = $state(0);
  readonly waiting = $derived.by(() => (this.items ?? []).filter(waits));
  readonly done = $derived.by(() => (this.items ?? []).filter((each) => !waits(each)));

  constructor(
    readonly studio: Pick<Studio, "request">,
    readonly showId: string,
  ) {}

  async load(): Promise<void> {
    const turn = ++this.#asked;
    try {
      const path = `/shows/${this.showId}/asked`;
      const { items, waiting } = await this.studio.request<TeamQuestions>(path);
      if (turn < this.#shown) return;
      this.#shown = turn;
      this.items = items;
      this.count = waiting;
      if (this.#ofLook) this.problem = null;
      this.#ofLook = false;
    } catch (error) {
      this.problem = problemOf(error);
      this.#ofLook = true;
    }
  }

  /** Whether it was decided. */
  async decide(question: TeamQuestion, decision: Decision): Promise<boolean> {
    if (this.#begun.has(question.id)) return false;
    this.#begun.add(question.id);
    this.problem = this.decided = null;
    this.#ofLook = false;
    try {
      await this.studio.request(`/questions/${question.id}/${decision}`, { method: "POST" });
      this.decided = decision;
      await this.load();
      return true;
    } catch (error) {
      this.problem = problemOf(error);
      // Somebody else decided first: it is shown as it is now.
      if (this.problem.status === 409) await this.load();
      return false;
    } finally {
      this.#begun.delete(question.id);
    }
  }
}
