/** Messages that wait for the team's decision. Others decide at the same time. */
import { problemOf, type Problem } from "../api/client";
import type { ChatMessage } from "../contract";
import type { ShowChat } from "./show-chat.svelte";

/** Milliseconds between two looks. */
const POLL = 2000;

/** One of the ways to decide; `name` tells them apart. */
export interface Way<Item> {
  name: string;
  label: string;
  kind?: "primary" | "danger";
  run: (message: Item) => Promise<boolean>;
}

export class Decisions<Item extends ChatMessage> {
  items = $state.raw<readonly Item[]>([]);
  count = $state(0);
  problem = $state.raw<Problem | null>(null);
  #timer: ReturnType<typeof setInterval> | undefined;
  /** Counts the questions, so that an older answer never replaces a newer one. */
  #asked = 0;
  #shown = 0;
  /** Decided here; an answer that was on its way may still have them. */
  readonly #decided = new Set<string>();

  constructor(
    protected readonly chat: ShowChat,
    /** Of the show's list, below its own address. */
    private readonly list: string,
  ) {}

  start(): () => void {
    void this.load();
    this.#timer = setInterval(() => void this.load(), POLL);
    return () => this.#stop();
  }

  #stop(): void {
    clearInterval(this.#timer);
  }

  async load(): Promise<void> {
    const number = ++this.#asked;
    try {
      const path = `/shows/${this.chat.showId}/${this.list}`;
      const found = await this.chat.studio.request<{ items: Item[]; count: number }>(path);
      if (number < this.#shown) return;
      this.#shown = number;
      const left = found.items.filter(({ id }) => !this.#decided.has(id));
      this.items = left;
      this.count = found.count - (found.items.length - left.length);
      this.problem = null;
    } catch (error) {
      this.problem = problemOf(error);
      // Whoever is signed out, or moderates no more, is answered nothing else from now on.
      if ([401, 403, 404].includes(this.problem.status)) this.#stop();
    }
  }

  protected isDecided(message: Item): void {
    this.#decided.add(message.id);
  }

  protected async decide(
    message: Item,
    path: string,
    body: object | undefined,
    decided: () => void,
  ): Promise<boolean> {
    const done = await this.chat.once(`decide ${message.id}`, async () => {
      const call = { method: "POST", ...(body ? { body } : {}) } as const;
      await this.chat.studio.request(`/messages/${message.id}/${path}`, call);
      this.#decided.add(message.id);
      this.items = this.items.filter(({ id }) => id !== message.id);
      this.count -= 1;
      decided();
    });
    // Somebody else has decided: it waits no more.
    if (!done) await this.load();
    return done;
  }
}
