/** What was done in the chat of a show, by whom, and taking it back. */
import { problemOf, type Problem } from "../api/client";
import type { ChatAction } from "../contract";
import type { Studio } from "./session.svelte";

/** Milliseconds between two looks: others moderate at the same time. */
const POLL = 3000;

export class ChatLog {
  items = $state.raw<readonly ChatAction[] | null>(null);
  problem = $state.raw<Problem | null>(null);
  /** The problem is that of a look, and is over with the next one that succeeds. */
  #ofLook = false;
  /** Why nothing is read any more: whoever named this moderator has taken it back. */
  over = $state(false);
  busy = $state(false);
  #timer: ReturnType<typeof setInterval> | null = null;
  /** Counts the questions, so that an older answer never replaces a newer one. */
  #asked = 0;
  #shown = 0;

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
    const number = ++this.#asked;
    try {
      const path = `/shows/${this.showId}/chat-actions`;
      const { items } = await this.studio.request<{ items: ChatAction[] }>(path);
      if (number < this.#shown) return;
      this.#shown = number;
      this.items = items;
      if (this.#ofLook) this.problem = null;
      this.#ofLook = false;
    } catch (error) {
      const problem = problemOf(error);
      if (problem.status === 404 || problem.status === 403) {
        this.over = true;
        this.stop();
        return;
      }
      this.problem = problem;
      this.#ofLook = true;
      // Nobody is signed in any more: what that needs stands on the page, and asking changes nothing.
      if (problem.status === 401) this.stop();
    }
  }

  async undo({ message, undo }: ChatAction): Promise<void> {
    const ofChat = undo === "pause" || undo === "resume";
    if (this.busy || !undo || !(message || ofChat)) return;
    this.busy = true;
    this.problem = null;
    this.#ofLook = false;
    try {
      if (ofChat)
        await this.studio.request(`/shows/${this.showId}/chat`, {
          method: "PATCH",
          body: { closed: undo === "pause" },
        });
      else if (undo === "restore")
        await this.studio.request(`/messages/${message}/restore`, { method: "POST" });
      else if (undo === "delete")
        await this.studio.request(`/messages/${message}`, { method: "DELETE" });
      else {
        const what = undo === "unmute" ? "mute" : "pin";
        await this.studio.request(`/messages/${message}/${what}`, { method: "DELETE" });
      }
    } catch (error) {
      this.problem = problemOf(error);
    }
    await this.load();
    this.busy = false;
  }
}
