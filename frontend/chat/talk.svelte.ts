/** The conversation of a show as this page shows it: what was said, and what this person writes. */
import type { Component } from "svelte";
import { call, problemOf, type Problem } from "../api/client";
import type { ChatEvent, ChatMessage, ReportReason, SentMessage } from "../contract";
import { numberTyped } from "../shop/item-numbers";
import { Hearts } from "./hearts.svelte";
import { isLater, withMessage, without, type Lines } from "./lines";
import { Pinned } from "./pinned.svelte";
import { Questions } from "./questions.svelte";
import { Recorded } from "./recorded.svelte";
import type { Stage } from "./stage";
import { keepVoice, keptVoice, type First, type Voice } from "./voice";
import type { Wishes } from "./wishes.svelte";

/** The parts that the page mounts once they have come. */
export interface Chat {
  talk: Talk;
  Lane: Component<{ talk: Talk }>;
  Panel: Component<{ talk: Talk }>;
}

/** The own message that waits for a moderator, or that one refused. */
export interface Held {
  message: ChatMessage;
  refused: boolean;
}

/** As many of them as the page remembers. */
const MOST_HELD = 5;
/** Messages of which it remembers that it heard them. */
const MOST_KNOWN = 500;

/** The own message while the server has not answered. */
export interface Sending {
  text: string;
  name: string;
}

const isAfter = (message: ChatMessage, other: ChatMessage | null): boolean =>
  !other || isLater(message, other);

export class Talk {
  #heard = $state.raw<Lines>([]);
  readonly recorded: Recorded;
  readonly pinned: Pinned;
  readonly hearts: Hearts;
  readonly questions: Questions;
  /** What the own messages want of the shelf; none where nothing is sold. */
  wishes: Wishes | null = null;
  /** The sheet on a narrow screen. */
  open = $state(false);
  /** The lane over the picture was put away. */
  hidden = $state(false);
  draft = $state("");
  replyTo = $state.raw<ChatMessage | null>(null);
  sending = $state.raw<Sending | null>(null);
  /** What nobody else on any page sees. */
  held = $state.raw<readonly Held[]>([]);
  /** Ids of the messages that were reported from this page. */
  reported = $state.raw<readonly string[]>([]);
  problem = $state.raw<Problem | null>(null);
  voice = $state.raw<Voice | null>(null);
  /** Seconds until the next message is taken. */
  wait = $state(0);
  #clock: ReturnType<typeof setInterval> | undefined;
  #connections = 0;
  /** The last message that was heard, also when it is deleted. */
  #last: ChatMessage | null = null;
  /** The last one that was there before this page. */
  #found: ChatMessage | null = null;
  /** The newest that were heard, also those that are deleted since. */
  readonly #known = new Set<string>();
  /** Messages that nobody on this page has heard: neither those that a newcomer gets, nor those that
   *  follow once more on a new connection, nor older ones that are shown again. */
  onsaid: (message: ChatMessage) => void = () => undefined;

  readonly lines = $derived.by(() => (this.store.replaying ? this.recorded.lines : this.#heard));
  readonly settings = $derived.by(() => this.store.entries.chat);
  /** A recording is watched: what is said now would be read nowhere near its moment. */
  readonly mayWrite = $derived.by(
    () =>
      !this.store.replaying &&
      !this.settings?.closed &&
      (this.store.show.state === "live" || this.store.show.state === "interrupted"),
  );

  constructor(readonly store: Stage) {
    this.voice = keptVoice(store.page.show.id);
    this.recorded = new Recorded(store);
    this.hearts = new Hearts(store);
    this.questions = new Questions(this);
    this.pinned = new Pinned(
      () => (this.#isRoomKnown ? (this.settings?.pinned_id ?? null) : undefined),
      () => this.lines,
      () => call(store.page.api, `${this.#path}?limit=1`),
    );
  }

  /** An event of the room; null when the connection begins anew and the last messages follow: then
   *  `isAgain`. */
  hear(event: ChatEvent | null, isAgain = false): void {
    if (!event) {
      this.#heard = [];
      // What was decided meanwhile is said nowhere once more.
      this.held = [];
      this.pinned.forget();
      this.#connections += 1;
    } else if ("deleted" in event) {
      this.#heard = without(this.#heard, event.id);
      this.recorded.remove(event.id);
      this.pinned.remove(event.id);
      if (this.replyTo?.id === event.id) this.replyTo = null;
      this.held = this.held.map((own) =>
        own.message.id === event.id ? { ...own, refused: true } : own,
      );
    } else {
      if (this.sending?.text === event.text && this.sending.name === event.name)
        this.sending = null;
      this.#heard = withMessage(this.#heard, event);
      this.#released(event.id);
      const isNew = !this.#known.has(event.id);
      this.#know(event.id);
      if (isAgain && isAfter(event, this.#found)) this.#found = event;
      const isLast = isAfter(event, this.#last);
      if (isLast) this.#last = event;
      // What a moderator let through comes late, to its place among what was said since.
      const isLate = isNew && isAfter(event, this.#found);
      if (isLast ? !isAgain || this.#connections > 1 : !isAgain && isLate) this.onsaid(event);
    }
  }

  #know(id: string): void {
    this.#known.add(id);
    if (this.#known.size <= MOST_KNOWN) return;
    for (const oldest of this.#known) {
      this.#known.delete(oldest);
      return;
    }
  }

  /** Why the report was not taken; null when it was. */
  async report({ id }: ChatMessage, reason: ReportReason): Promise<Problem | null> {
    try {
      const body = { reason };
      await call(this.store.page.api, `/messages/${id}/report`, { method: "POST", body });
      this.reported = [...this.reported, id];
      return null;
    } catch (error) {
      return problemOf(error);
    }
  }

  /** What the message answers to, if it is still there. */
  answered = (message: ChatMessage): ChatMessage | undefined =>
    message.reply_to === null ? undefined : this.lines.find(({ id }) => id === message.reply_to);

  /** `/12` is for the page and never sent: it opens the product with that number. */
  command(): boolean {
    const number = numberTyped(this.draft);
    if (number === null || !this.wishes) return false;
    this.draft = "";
    this.problem = null;
    this.wishes.openItem(number);
    return true;
  }

  /** Sends what is written; it stands among the messages at once. False when it was refused: then
   *  the text is in its field again. */
  async send(first?: First): Promise<boolean> {
    const text = this.draft.trim();
    const name = first?.name ?? this.voice?.name;
    if (!text || !name || this.sending || this.wait) return false;
    const replyTo = this.replyTo;
    this.problem = null;
    this.sending = { text, name };
    this.draft = "";
    this.replyTo = null;
    try {
      const { token, held, wish, ...message } = await call<SentMessage>(
        this.store.page.api,
        this.#path,
        {
          method: "POST",
          body: { text, ...(replyTo ? { reply_to: replyTo.id } : {}), ...first, ...this.proof() },
          token: first ? undefined : this.voice?.token,
        },
      );
      if (token) this.speakAs({ token, name: message.name });
      if (held) this.#hold(message);
      else this.#heard = withMessage(this.#heard, message);
      if (this.settings?.slow_s) this.#waitFor(this.settings.slow_s);
      if (wish) this.wishes?.heard(wish);
      return true;
    } catch (error) {
      this.draft = text;
      this.replyTo = replyTo;
      this.#refused(problemOf(error));
      return false;
    } finally {
      this.sending = null;
    }
  }

  /** Unless a moderator was faster than the answer. */
  #hold(message: ChatMessage): void {
    if (this.#heard.some(({ id }) => id === message.id)) return;
    this.held = [...this.held, { message, refused: false }].slice(-MOST_HELD);
  }

  #released(id: string): void {
    if (this.held.length) this.held = this.held.filter(({ message }) => message.id !== id);
  }

  /** A guest who bought on this page shows it where buyers alone write: the address of an order's
   *  page ends in what is its buyer's alone. */
  proof(): { order?: string } {
    const token = this.store.buying.orders[0]?.page.split("/").at(-1);
    return this.settings?.buyers_only && token ? { order: token } : {};
  }

  #refused(problem: Problem): void {
    if (problem.code === "chat_token_invalid") this.speakAs(null);
    const seconds = (problem as { wait_s?: number }).wait_s;
    if (problem.code === "writing_too_fast" && seconds) this.#waitFor(seconds);
    else this.problem = problem;
  }

  #waitFor(seconds: number): void {
    clearInterval(this.#clock);
    this.wait = seconds;
    this.#clock = setInterval(() => {
      this.wait -= 1;
      if (this.wait <= 0) clearInterval(this.#clock);
    }, 1000);
  }

  speakAs(voice: Voice | null): void {
    this.voice = voice;
    keepVoice(this.store.page.show.id, voice);
  }

  get #isRoomKnown(): boolean {
    return Object.keys(this.store.entries).length > 0;
  }

  get #path(): string {
    return `/shows/${this.store.page.show.id}/messages`;
  }
}
