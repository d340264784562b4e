/** What was said in a room, for a listener that comes later than the room, or anew. */
import { MOST } from "../chat/most";
import type { ChatEvent, RoomChat } from "../contract";

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
    // As many as the chat's card shows.
    else if (this.#events.push(event) > MOST) this.#events.shift();
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
