/** A show's captions in the studio: a file for each language, and other words for single lines. */
import { problemOf, type Call, type Problem } from "../api/client";
import type { Caption, CaptionLines } from "../contract";
import type { Studio } from "./session.svelte";

/** Offered to begin with; whatever a show has already is listed beside them. */
export const LANGUAGES = ["en", "ar", "id", "ms", "fr", "de", "es", "tr", "hi", "ur"] as const;

export class ShowCaptions {
  /** The lines of the language that is being edited. */
  lines = $state.raw<readonly Caption[]>([]);
  editing = $state<string | null>(null);
  problem = $state.raw<Problem | null>(null);
  busy = $state(false);
  saved = $state(false);
  /** What was typed, by line; "" takes a line away. */
  typed = $state<Record<string, string>>({});

  readonly changed = $derived(
    this.lines.filter(({ id, text }) => (this.typed[id] ?? text) !== text).length,
  );

  constructor(
    private readonly studio: Pick<Studio, "request">,
    private readonly showId: string,
    private readonly refresh: () => Promise<void>,
  ) {}

  upload = (language: string, file: File) =>
    this.#step(async () => {
      // Systems that do not know the type call it something else, or nothing.
      const captions = new Blob([file], { type: "text/vtt" });
      await this.#request(language, { method: "PUT", file: captions });
      if (this.editing === language) await this.#load(language);
    });

  edit = (language: string) => this.#step(() => this.#load(language));

  close(): void {
    this.editing = null;
    this.lines = [];
    this.typed = {};
  }

  save = () =>
    this.#step(async () => {
      const language = this.editing;
      if (!language) return;
      const changes = this.lines
        .filter(({ id, text }) => (this.typed[id] ?? text) !== text)
        .map(({ id }) => ({ id, text: this.typed[id]!.trim() }));
      // A request carries so many; the rest follows.
      for (let at = 0; at < changes.length; at += 100)
        await this.#request(language, {
          method: "PATCH",
          body: { changes: changes.slice(at, at + 100) },
        });
      await this.#load(language);
      this.saved = true;
    });

  remove = (language: string) =>
    this.#step(async () => {
      await this.#request(language, { method: "DELETE" });
      if (this.editing === language) this.close();
    });

  async #load(language: string): Promise<void> {
    const found = await this.#request<CaptionLines>(language);
    this.lines = found.lines;
    this.typed = {};
    this.editing = language;
  }

  #request<T>(language: string, options: Call = {}): Promise<T> {
    const path = `/shows/${this.showId}/captions/${encodeURIComponent(language)}`;
    return this.studio.request<T>(path, options);
  }

  async #step(run: () => Promise<unknown>): Promise<void> {
    if (this.busy) return;
    this.busy = true;
    this.problem = null;
    this.saved = false;
    try {
      await run();
      await this.refresh();
    } catch (error) {
      this.problem = problemOf(error);
    } finally {
      this.busy = false;
    }
  }
}
