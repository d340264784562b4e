/** The pinned message. The room says which one it is; its words are among those on the page, or the
 *  server is asked for them, once for each. */
import type { ChatMessage } from "../contract";
import type { Lines } from "./lines";

/** Asks for the messages of the show, of which one is enough. */
type Ask = () => Promise<{ pinned: ChatMessage | null }>;

export class Pinned {
  #found = $state.raw<ChatMessage | null>(null);
  #asked: string | null = null;

  constructor(
    readonly id: () => string | null | undefined,
    readonly lines: () => Lines,
    readonly ask: Ask,
  ) {}

  readonly message = $derived.by(() => {
    const id = this.id();
    if (!id) return null;
    const [found, heard] = [this.#found, this.lines().find((line) => line.id === id)];
    return heard ?? (found?.id === id ? found : null);
  });

  /** Call it in an effect. */
  look(): void {
    const id = this.id();
    if (!id) this.#asked = null;
    if (!id || this.message || this.#asked === id) return;
    this.#asked = id;
    void this.ask()
      .then(({ pinned }) => (this.#found = pinned))
      .catch(() => undefined);
  }

  /** It was deleted. */
  remove(id: string): void {
    if (this.#found?.id === id) this.#found = null;
    this.#asked = this.id() ?? null;
  }
}
