/** What is asked in a show, as this page shows it. */
import { call } from "../api/client";
import type { AskedQuestion, Question } from "../contract";
import type { Stage } from "./stage";
import type { First, Voice } from "./voice";

/** Milliseconds over which the pages of an audience spread their requests for the same list. */
const SPREAD = 2_000;
/** Milliseconds after a request that failed. */
const PAUSE = 5_000;

/** Who asks: the same voice as in the chat. */
export interface Speaker {
  readonly store: Stage;
  readonly voice: Voice | null;
  speakAs(voice: Voice | null): void;
  /** What a guest shows where buyers alone write. */
  proof(): { order?: string };
}

export class Questions {
  listed = $state.raw<readonly Question[]>([]);
  /** What this person asks and the show's team looks at first: on nobody else's page, so that no
   *  list has it. */
  #held = $state.raw<readonly Question[]>([]);
  readonly items = $derived.by(() => [
    ...this.#held.filter(({ id }) => !this.listed.some((each) => each.id === id)),
    ...this.listed,
  ]);
  #own = $state.raw<ReadonlySet<string>>(new Set());
  /** Requests that failed. */
  #failed = $state(0);
  /** The number of the room with which the list was asked for; undefined before it ever was. */
  #known: number | null | undefined;
  /** Counts the requests, so that an older answer never replaces a newer one. */
  #asked = 0;
  #shown = 0;

  constructor(
    readonly speaker: Speaker,
    readonly spread = SPREAD,
  ) {}

  isOwn = ({ id }: Question): boolean => this.#own.has(id);

  /** Call it in an effect, while somebody looks: what it returns ends the waiting. */
  look(): () => void {
    const number = this.speaker.store.questions;
    const isFirst = this.#known === undefined;
    const pause = this.#failed ? PAUSE : 0;
    if (number === this.#known) return () => undefined;
    const timer = setTimeout(
      () => {
        this.#known = number;
        void this.#load();
      },
      isFirst ? pause : Math.random() * this.spread,
    );
    return () => clearTimeout(timer);
  }

  async #load(): Promise<void> {
    const turn = ++this.#asked;
    try {
      const { items } = await call<{ items: Question[] }>(this.#api, this.#path);
      if (turn < this.#shown) return;
      this.#shown = turn;
      this.listed = items;
    } catch {
      this.#known = undefined;
      this.#failed += 1;
    }
  }

  /** The question that it became, perhaps one that others ask. Throws what refused it. */
  ask(text: string, productId: string | null, first?: First): Promise<Question> {
    const { moment } = this.speaker.store;
    const body = {
      text,
      ...(productId ? { product_id: productId } : {}),
      ...(moment === null ? {} : { media_at: new Date(moment).toISOString() }),
    };
    return this.#send(this.#path, body, first);
  }

  /** Asks what others ask. Throws what refused it. */
  join = ({ id }: Question, first?: First): Promise<Question> =>
    this.#send(`/questions/${id}/askers`, {}, first);

  async #send(path: string, body: object, first?: First): Promise<Question> {
    const { token, ...question } = await call<AskedQuestion>(this.#api, path, {
      method: "POST",
      body: { ...body, ...first, ...this.speaker.proof() },
      token: first ? undefined : this.speaker.voice?.token,
    });
    if (token && first) this.speaker.speakAs({ token, name: first.name.trim() });
    this.#own = new Set([...this.#own, question.id]);
    const others = this.#held.filter(({ id }) => id !== question.id);
    if (question.state === "held") this.#held = [...others, question];
    else if (this.listed.some(({ id }) => id === question.id))
      this.listed = this.listed.map((each) => (each.id === question.id ? question : each));
    else this.listed = [...this.listed, question];
    return question;
  }

  get #api(): string {
    return this.speaker.store.page.api;
  }

  get #path(): string {
    return `/shows/${this.speaker.store.page.show.id}/questions`;
  }
}
