/** What one person asks, in one place of the page: about a product, or about the show. */
import { problemOf, type Problem } from "../api/client";
import type { Question } from "../contract";
import type { Questions } from "./questions.svelte";
import type { First } from "./voice";

/** What became of a question: it waits, its team looks at it first, others ask it too, or it was
 *  answered before. */
export interface Outcome {
  id: string;
  words: "questions.sent" | "questions.held" | "questions.joined" | "questions.was_answered";
  others: number;
}

export class Asking {
  draft = $state("");
  sending = $state(false);
  problem = $state.raw<Problem | null>(null);
  #outcome = $state.raw<Outcome | null>(null);
  /** A question that waits no more is no news of one that waits. */
  readonly outcome = $derived.by(() => {
    const found = this.#outcome;
    if (found === null || found.words === "questions.was_answered") return found;
    const waits = this.questions.items.some(
      ({ id, state }) => id === found.id && (state === "open" || state === "held"),
    );
    return waits ? found : null;
  });
  /** What waits for a guest's name. */
  #pending = $state.raw<((first?: First) => Promise<Question>) | null>(null);
  readonly introducing = $derived.by(
    () => this.#pending !== null && this.questions.speaker.voice === null,
  );

  constructor(
    readonly questions: Questions,
    readonly productId: string | null,
  ) {}

  ask(): void {
    const text = this.draft.trim();
    if (!text) return;
    void this.#begin(async (first) => {
      const asked = await this.questions.ask(text, this.productId, first);
      this.draft = "";
      return asked;
    });
  }

  /** Over when it is sent, or a name is asked for. */
  join(question: Question): Promise<void> {
    return this.#begin((first) => this.questions.join(question, first));
  }

  /** A guest without a name is asked for one, and then sends it. */
  async #begin(ask: (first?: First) => Promise<Question>): Promise<void> {
    this.problem = this.#outcome = null;
    this.#pending = ask;
    if (this.questions.speaker.voice) await this.send();
  }

  /** False when it was refused: then it is in its field still. */
  async send(first?: First): Promise<boolean> {
    const ask = this.#pending;
    if (!ask || this.sending) return false;
    this.sending = true;
    this.problem = null;
    try {
      const { id, state, askers } = await ask(first);
      const others = askers - 1;
      if (state === "answered") this.#outcome = { id, words: "questions.was_answered", others };
      else if (state === "held") this.#outcome = { id, words: "questions.held", others };
      else this.#outcome = { id, words: others ? "questions.joined" : "questions.sent", others };
      this.#pending = null;
      return true;
    } catch (error) {
      this.problem = problemOf(error);
      // The name is asked for once more, and then it is sent.
      if (this.problem.code === "chat_token_invalid") this.questions.speaker.speakAs(null);
      else if (!first) this.#pending = null;
      return false;
    } finally {
      this.sending = false;
    }
  }

  cancel(): void {
    this.#pending = null;
  }
}
