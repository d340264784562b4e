/** What waits for a moderator. Others decide at the same time. */
import { problemOf, type Problem } from "../api/client";
import type { ChatMessage, HeldMessages } from "../contract";
import type { ShowChat } from "./show-chat.svelte";

/** Milliseconds between two looks. */
const POLL = 2000;

export class HeldQueue {
  items = $state.raw<readonly ChatMessage[]>([]);
  count = $state(0);
  problem = $state.raw<Problem | null>(null);
  #timer: ReturnType<typeof setInterval> | undefined;
  /** Counts the questions, so that an older answer never replaces a newer one. */
  #asked = 0;
  #shown = 0;
  /** Decided here; an answer that was on its way may still have them. */
  readonly #decided = new Set<string>();

  constructor(private readonly chat: ShowChat) {}

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
      const path = `/shows/${this.chat.showId}/held-messages`;
      const found = await this.chat.studio.request<HeldMessages>(path);
      if (number < this.#shown) return;
      this.#shown = number;
      this.#show(found);
      this.problem = null;
    } catch (error) {
      this.problem = problemOf(error);
      // Whoever is signed out, or moderates no more, is answered nothing else from now on.
      if ([401, 403, 404].includes(this.problem.status)) this.#stop();
    }
  }

  #show({ items, count }: HeldMessages): void {
    const left = items.filter(({ id }) => !this.#decided.has(id));
    this.items = left;
    this.count = count - (items.length - left.length);
  }

  approve(message: ChatMessage): Promise<boolean> {
    return this.#decide(message, "approve", () =>
      this.chat.offerUndo({
        words: "moderation.approved",
        name: message.name,
        undo: () => this.chat.studio.request(`/messages/${message.id}`, { method: "DELETE" }),
      }),
    );
  }

  refuse(message: ChatMessage): Promise<boolean> {
    return this.#decide(message, "refuse", () =>
      this.chat.offerUndo({
        words: "moderation.refused",
        name: message.name,
        label: "moderation.show_after_all",
        undo: () => this.chat.studio.request(`/messages/${message.id}/restore`, { method: "POST" }),
      }),
    );
  }

  /** All that its writer has waiting is refused with it. */
  async refuseAndMute(message: ChatMessage): Promise<boolean> {
    const done = await this.chat.mute(message, 10);
    if (done) this.#decided.add(message.id);
    await this.load();
    return done;
  }

  async #decide(
    message: ChatMessage,
    how: "approve" | "refuse",
    decided: () => void,
  ): Promise<boolean> {
    const done = await this.chat.once(`decide ${message.id}`, async () => {
      await this.chat.studio.request(`/messages/${message.id}/${how}`, { method: "POST" });
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
