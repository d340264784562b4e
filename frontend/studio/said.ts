/** What was said in a room, for a listener that comes later than the room, or anew. */
import type { ChatEvent, RoomChat } from "../contract";

/** Messages that are kept for the chat's card: as many as it shows. */
const KEPT = 300;

export interface ChatListener {
  hear(event: ChatEvent | null): void;
  settingsHeard(settings: RoomChat | undefined): void;
}

export class Said {
  #chat: ChatListener | null = null;
  readonly #events: ChatEvent[] = [];
  #settings: RoomChat | undefined;

  /** An event of the room; null when the connection begins anew. */
  hear(event: ChatEvent | null): void {
    if (!event) this.#events.length = 0;
    else if (this.#events.push(event) > KEPT) this.#events.shift();
    this.#chat?.hear(event);
  }

  set(settings: RoomChat | undefined): void {
    this.#settings = settings;
    this.#chat?.settingsHeard(settings);
  }

  /** It gets what was said before, then the rest. */
  follow(chat: ChatListener): () => void {
    this.#chat = chat;
    this.#events.forEach((event) => chat.hear(event));
    chat.settingsHeard(this.#settings);
    return () => (this.#chat = null);
  }
}
