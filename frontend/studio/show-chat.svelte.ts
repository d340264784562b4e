/** The chat as the show's team sees it in the control room: what was said, and what they may do
 *  about it. */
import { withMessage, without, type Lines } from "../chat/lines";
import { problemOf, type Problem } from "../api/client";
import type { ChatEvent, ChatMessage, RoomChat } from "../contract";
import type { Studio } from "./session.svelte";

/** Milliseconds in which the last action can be taken back. */
const UNDO = 10_000;
const USUAL: RoomChat = { slow_s: 0, emoji_only: false, closed: false };

export type MuteMinutes = 10 | null;

export class ShowChat {
  lines = $state.raw<Lines>([]);
  settings = $state.raw<RoomChat>(USUAL);
  draft = $state("");
  replyTo = $state.raw<ChatMessage | null>(null);
  busy = $state(false);
  problem = $state.raw<Problem | null>(null);
  /** What was done last, and how it is taken back. */
  done = $state.raw<{ words: string; name: string; undo: () => Promise<unknown> } | null>(null);
  #timer: ReturnType<typeof setTimeout> | undefined;

  constructor(
    readonly studio: Pick<Studio, "request">,
    readonly showId: string,
  ) {}

  /** An event of the room; null when the connection begins anew. */
  hear(event: ChatEvent | null): void {
    if (!event) this.lines = [];
    else if ("deleted" in event) this.lines = without(this.lines, event.id);
    else this.lines = withMessage(this.lines, event);
  }

  settingsHeard(settings: RoomChat | undefined): void {
    this.settings = settings ?? USUAL;
  }

  send(): Promise<boolean> {
    const text = this.draft.trim();
    if (!text) return Promise.resolve(false);
    return this.#act(async () => {
      const body = { text, ...(this.replyTo ? { reply_to: this.replyTo.id } : {}) };
      const sent = await this.studio.request<ChatMessage>(`/shows/${this.showId}/messages`, {
        method: "POST",
        body,
      });
      this.lines = withMessage(this.lines, sent);
      this.draft = "";
      this.replyTo = null;
    });
  }

  remove(message: ChatMessage): Promise<boolean> {
    return this.#act(async () => {
      await this.studio.request(`/messages/${message.id}`, { method: "DELETE" });
      this.lines = without(this.lines, message.id);
      this.#offerUndo("moderation.deleted", message, () =>
        this.studio.request(`/messages/${message.id}/restore`, { method: "POST" }),
      );
    });
  }

  /** Deletes the message, too: who is muted said something that should not stand. */
  mute(message: ChatMessage, minutes: MuteMinutes): Promise<boolean> {
    return this.#act(async () => {
      const path = `/messages/${message.id}/mute`;
      await this.studio.request(path, { method: "PUT", body: { minutes } });
      await this.studio.request(`/messages/${message.id}`, { method: "DELETE" });
      this.lines = without(this.lines, message.id);
      this.#offerUndo("moderation.muted", message, async () => {
        await this.studio.request(path, { method: "DELETE" });
        await this.studio.request(`/messages/${message.id}/restore`, { method: "POST" });
      });
    });
  }

  set(change: Partial<RoomChat>): Promise<boolean> {
    return this.#act(async () => {
      this.settings = await this.studio.request<RoomChat>(`/shows/${this.showId}/chat`, {
        method: "PATCH",
        body: change,
      });
    });
  }

  undo(): Promise<boolean> {
    const undo = this.done?.undo;
    if (!undo) return Promise.resolve(false);
    return this.#act(async () => {
      await undo();
      this.done = null;
    });
  }

  #offerUndo(words: string, { name }: ChatMessage, undo: () => Promise<unknown>): void {
    clearTimeout(this.#timer);
    this.done = { words, name, undo };
    this.#timer = setTimeout(() => (this.done = null), UNDO);
  }

  async #act(run: () => Promise<unknown>): Promise<boolean> {
    if (this.busy) return false;
    this.busy = true;
    this.problem = null;
    try {
      await run();
      return true;
    } catch (error) {
      this.problem = problemOf(error);
      return false;
    } finally {
      this.busy = false;
    }
  }
}
