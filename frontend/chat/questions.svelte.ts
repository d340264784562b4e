/** What is asked in a show, as this page shows it, and what this person asks. */
import { call, problemOf, type Problem } from "../api/client";
import type { AskedQuestion, Question } from "../contract";
import type { Stage } from "./stage";
import type { First, Voice } from "./voice";

/** Milliseconds over which the pages of an audience spread their requests for the same list. */
const SPREAD = 2_000;

/** Who asks: the same voice as in the chat. */
export interface Speaker {
  readonly store: Stage;
  readonly voice: Voice | null;
  speakAs(voice: Voice | null): void;
  /** What a guest shows where buyers alone write. */
  proof(): { order?: string };
}

/** What became of a question: it waits, others ask it too, or it was answered before. */
export interface Outcome {
  words: "questions.sent" | "questions.joined" | "questions.was_answered";
  others: number;
}

export class Questions {
  items = $state.raw<readonly Question[]>([]);
  draft = $state("");
  sending = $state(false);
  problem = $state.raw<Problem | null>(null);
  outcome = $state.raw<Outcome | null>(null);
  #own = $state.raw<ReadonlySet<string>>(new Set());
  /** The number of the room for which the list was asked, and how often it was. */
  #known: number | null | undefined;
  #asked = 0;
  #shown = 0;

  constructor(
    readonly talk: Speaker,
    readonly spread = SPREAD,
  ) {}

  /** Of one product, or of the show. */
  about = (productId: string | null): Question[] =>
    this.items.filter((question) => question.product_id === productId);

  isOwn = ({ id }: Question): boolean => this.#own.has(id);

  /** Call it in an effect, while somebody looks: what it returns ends the waiting. */
  look(): () => void {
    const number = this.talk.store.questions;
    if (number === this.#known) return () => undefined;
    const first = this.#known === undefined;
    const timer = setTimeout(
      () => {
        this.#known = number;
        void this.#load();
      },
      first ? 0 : Math.random() * this.spread,
    );
    return () => clearTimeout(timer);
  }

  async #load(): Promise<void> {
    const turn = ++this.#asked;
    try {
      const { items } = await call<{ items: Question[] }>(this.#api, this.#path);
      if (turn < this.#shown) return;
      this.#shown = turn;
      this.items = items;
    } catch {
      // The next change of the room asks again; until then the page is as good as before.
      this.#known = undefined;
    }
  }

  /** Asks what is written. False when it was refused: then it is in its field still. */
  async ask(productId: string | null, first?: First): Promise<boolean> {
    const text = this.draft.trim();
    if (!text) return false;
    const { moment } = this.talk.store;
    const body = {
      text,
      ...(productId ? { product_id: productId } : {}),
      ...(moment === null ? {} : { media_at: new Date(moment).toISOString() }),
    };
    const asked = await this.#send(this.#path, body, first);
    if (asked) this.draft = "";
    return asked !== null;
  }

  /** Asks what others ask. */
  async join(question: Question, first?: First): Promise<boolean> {
    return (await this.#send(`/questions/${question.id}/askers`, {}, first)) !== null;
  }

  async #send(path: string, body: object, first?: First): Promise<AskedQuestion | null> {
    if (this.sending) return null;
    this.sending = true;
    this.problem = this.outcome = null;
    const { voice } = this.talk;
    try {
      const answer = await call<AskedQuestion>(this.#api, path, {
        method: "POST",
        body: { ...body, ...first, ...this.talk.proof() },
        token: first ? undefined : voice?.token,
      });
      const { token, ...question } = answer;
      if (token && first) this.talk.speakAs({ token, name: first.name.trim() });
      this.#took(question);
      return answer;
    } catch (error) {
      this.problem = problemOf(error);
      if (this.problem.code === "chat_token_invalid") this.talk.speakAs(null);
      return null;
    } finally {
      this.sending = false;
    }
  }

  #took(question: Question): void {
    this.#own = new Set([...this.#own, question.id]);
    const isThere = this.items.some(({ id }) => id === question.id);
    this.items = isThere
      ? this.items.map((each) => (each.id === question.id ? question : each))
      : [...this.items, question];
    const others = question.askers - 1;
    if (question.state === "answered") this.outcome = { words: "questions.was_answered", others };
    else this.outcome = { words: others ? "questions.joined" : "questions.sent", others };
  }

  get #api(): string {
    return this.talk.store.page.api;
  }

  get #path(): string {
    return `/shows/${this.talk.store.page.show.id}/questions`;
  }
}
