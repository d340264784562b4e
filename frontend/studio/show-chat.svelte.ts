/** The chat as the show's team sees it in the control room: what was said, and what they may do
 *  about it. */
import { withMessage, without, type Lines } from "../chat/lines";
import { Pinned } from "../chat/pinned.svelte";
import { problemOf, type Problem } from "../api/client";
import type { ChatEvent, ChatMessage, RoomChat } from "../contract";
import type { Studio } from "./session.svelte";

/** Milliseconds in which the last action can be taken back. */
const UNDO = 10_000;
const USUAL: RoomChat = {
  slow_s: 0,
  emoji_only: false,
  buyers_only: false,
  closed: false,
  review: "nothing",
  pinned_id: null,
  buy_by_comment: true,
};

/** For how long: minutes, in this show, or the account in all shows of this host. */
export type MuteFor = 10 | "show" | "account";

/** What was done, and how it is taken back. */
export interface Done {
  words: string;
  name: string;
  undo: () => Promise<unknown>;
  /** What the button says that takes it back, where it does more than that. */
  label?: string;
}

const bodyOf = (length: MuteFor): object =>
  length === "account" ? { account: true } : { minutes: length === "show" ? null : length };

export class ShowChat {
  lines = $state.raw<Lines>([]);
  settings = $state.raw<RoomChat>(USUAL);
  draft = $state("");
  replyTo = $state.raw<ChatMessage | null>(null);
  problem = $state.raw<Problem | null>(null);
  /** What was done in the last seconds, the newest last. */
  done = $state.raw<readonly Done[]>([]);
  readonly pinned: Pinned;
  /** The end of what was asked for: in a busy chat the next click does not wait for an answer. */
  #turn: Promise<unknown> = Promise.resolve();
  /** What is being done to which message: a second click on the same button does nothing. */
  readonly #begun = new Set<string>();
  readonly #timers = new Map<Done, ReturnType<typeof setTimeout>>();
  /** The refused texts that stand at the beginning of the draft. */
  #returned = "";

  constructor(
    readonly studio: Pick<Studio, "request">,
    readonly showId: string,
  ) {
    this.pinned = new Pinned(
      () => this.settings.pinned_id,
      () => this.lines,
      () => this.studio.request(`/shows/${this.showId}/messages?limit=1`),
      0,
    );
  }

  /** An event of the room; null when the connection begins anew. */
  hear(event: ChatEvent | null): void {
    if (!event) {
      this.lines = [];
      this.pinned.forget();
    } else if ("deleted" in event) {
      this.lines = without(this.lines, event.id);
      this.pinned.remove(event.id);
    } else this.lines = withMessage(this.lines, event);
  }

  settingsHeard(settings: RoomChat | undefined): void {
    this.settings = settings ?? USUAL;
  }

  /** The text leaves its field at once; a refusal brings it back, before what was written since and
   *  behind what was sent before it. */
  send(): Promise<boolean> {
    const [text, replyTo] = [this.draft.trim(), this.replyTo];
    if (!text) return Promise.resolve(false);
    this.draft = this.#returned = "";
    this.replyTo = null;
    return this.#act(
      async () => {
        const body = { text, ...(replyTo ? { reply_to: replyTo.id } : {}) };
        const sent = await this.studio.request<ChatMessage>(`/shows/${this.showId}/messages`, {
          method: "POST",
          body,
        });
        this.lines = withMessage(this.lines, sent);
      },
      () => {
        this.#giveBack(text);
        this.replyTo ??= replyTo;
      },
    );
  }

  #giveBack(text: string): void {
    const first = `${this.draft} `.startsWith(`${this.#returned} `) ? this.#returned : "";
    const since = this.draft.slice(first.length).trimStart();
    this.#returned = [first, text].filter(Boolean).join(" ");
    this.draft = [this.#returned, since].filter(Boolean).join(" ");
  }

  remove(message: ChatMessage): Promise<boolean> {
    return this.once(`delete ${message.id}`, async () => {
      await this.#delete(message);
      this.#offerUndo("moderation.deleted", message, () => this.#restore(message));
    });
  }

  /** Deletes the message, too: who is muted said something that should not stand. The mute can be
   *  taken back also when the message could not be deleted. */
  mute(message: ChatMessage, length: MuteFor): Promise<boolean> {
    return this.once(`mute ${length} ${message.id}`, async () => {
      const path = `/messages/${message.id}/mute`;
      await this.studio.request(path, { method: "PUT", body: bodyOf(length) });
      const unmute = () => this.studio.request(path, { method: "DELETE" });
      try {
        await this.#delete(message);
      } catch (error) {
        this.#offerUndo("moderation.muted_only", message, unmute);
        throw error;
      }
      this.#offerUndo("moderation.muted", message, async () => {
        await unmute();
        await this.#restore(message);
      });
    });
  }

  pin(message: ChatMessage): Promise<boolean> {
    return this.once(`pin ${message.id}`, async () => {
      const before = this.settings.pinned_id;
      await this.#setPinned(message.id, "PUT");
      this.#offerUndo("moderation.pinned", message, () =>
        before && before !== message.id
          ? this.#setPinned(before, "PUT")
          : this.#setPinned(message.id, "DELETE"),
      );
    });
  }

  unpin(message: ChatMessage): Promise<boolean> {
    return this.once(`unpin ${message.id}`, async () => {
      await this.#setPinned(message.id, "DELETE");
      this.#offerUndo("moderation.unpinned", message, () => this.#setPinned(message.id, "PUT"));
    });
  }

  async #setPinned(id: string, method: "PUT" | "DELETE"): Promise<void> {
    await this.studio.request(`/messages/${id}/pin`, { method });
    this.settings = { ...this.settings, pinned_id: method === "PUT" ? id : null };
  }

  set(change: Partial<RoomChat>): Promise<boolean> {
    return this.#act(async () => {
      this.settings = await this.studio.request<RoomChat>(`/shows/${this.showId}/chat`, {
        method: "PATCH",
        body: change,
      });
    });
  }

  /** The control says what is stored again when the server has refused what was chosen. */
  async setSlow(control: { value: string }): Promise<void> {
    await this.set({ slow_s: Number(control.value) });
    control.value = String(this.settings.slow_s);
  }

  async setReview(control: { value: string }): Promise<void> {
    await this.set({ review: control.value as RoomChat["review"] });
    control.value = this.settings.review;
  }

  async setOnly(
    which: "emoji_only" | "buyers_only" | "buy_by_comment",
    control: { checked: boolean },
  ): Promise<void> {
    await this.set({ [which]: control.checked });
    control.checked = this.settings[which];
  }

  /** Taken off the page at once, so that it is done once; a refusal offers it again. */
  undo(step: Done): Promise<boolean> {
    if (!this.done.includes(step)) return Promise.resolve(false);
    this.#withdraw(step);
    return this.#act(step.undo, () => this.#offer(step));
  }

  async #delete({ id }: ChatMessage): Promise<void> {
    await this.studio.request(`/messages/${id}`, { method: "DELETE" });
    this.lines = without(this.lines, id);
  }

  #restore = ({ id }: ChatMessage): Promise<unknown> =>
    this.studio.request(`/messages/${id}/restore`, { method: "POST" });

  /** For a while. */
  offerUndo(step: Done): void {
    this.#offer(step);
  }

  #offerUndo(words: string, { name }: ChatMessage, undo: () => Promise<unknown>): void {
    this.#offer({ words, name, undo });
  }

  #offer(step: Done): void {
    this.done = [...this.done, step];
    this.#timers.set(
      step,
      setTimeout(() => this.#withdraw(step), UNDO),
    );
  }

  #withdraw(step: Done): void {
    clearTimeout(this.#timers.get(step));
    this.#timers.delete(step);
    this.done = this.done.filter((each) => each !== step);
  }

  /** Does it after what was asked for before, unless it has begun. */
  async once(what: string, run: () => Promise<unknown>): Promise<boolean> {
    if (this.#begun.has(what)) return false;
    this.#begun.add(what);
    try {
      return await this.#act(run);
    } finally {
      this.#begun.delete(what);
    }
  }

  /** One after another, in the order of the clicks. A refusal stands until the next click. */
  #act(run: () => Promise<unknown>, refused = (): void => undefined): Promise<boolean> {
    this.problem = null;
    const result = this.#turn.then(async () => {
      try {
        await run();
        return true;
      } catch (error) {
        this.problem = problemOf(error);
        refused();
        return false;
      }
    });
    this.#turn = result;
    return result;
  }
}
