/** The words that a seller wants nobody to write in shows with their goods, or to look at first. */
import { Work } from "../api/work.svelte";
import type { AddedWords, ListedWord, ListedWords, WordEffect, WordLanguage } from "../contract";
import type { Studio } from "../studio/session.svelte";

export const LANGUAGES: readonly WordLanguage[] = ["en", "ar", "ar-Latn"];
export const EFFECTS: readonly WordEffect[] = ["hold", "refuse"];

/** What was done last, for the line that says so. */
export type Done =
  { kind: "added"; added: number; known: number } | { kind: "removed"; word: ListedWord };

export class ChatWords extends Work {
  /** Null until the shop has answered. */
  items = $state.raw<readonly ListedWord[] | null>(null);
  most = $state(0);
  done = $state.raw<Done | null>(null);

  constructor(
    private readonly studio: Pick<Studio, "request">,
    readonly merchant: string,
  ) {
    super();
  }

  get path(): string {
    return `/merchants/${this.merchant}/chat-words`;
  }

  of(language: WordLanguage): readonly ListedWord[] {
    return this.items?.filter((word) => word.language === language) ?? [];
  }

  load(): Promise<boolean> {
    return this.once(async () => this.take(await this.studio.request<ListedWords>(this.path)));
  }

  /** Each line of `typed` is a word or phrase. What is refused stays in the field. */
  add(language: WordLanguage, effect: WordEffect, typed: string): Promise<boolean> {
    this.done = null;
    return this.once(async () => {
      const lines = typed.split(/\r\n?|\n/);
      const stored = await this.studio.request<AddedWords>(this.path, {
        method: "POST",
        body: { language, effect, lines },
      });
      this.take(stored);
      this.done = { kind: "added", added: stored.added, known: stored.known };
    });
  }

  remove(word: ListedWord): Promise<boolean> {
    this.done = null;
    return this.once(async () => {
      await this.studio.request(`${this.path}/${word.id}`, { method: "DELETE" });
      this.items = (this.items ?? []).filter(({ id }) => id !== word.id);
      this.done = { kind: "removed", word };
    });
  }

  /** Puts back what was removed last. */
  undo(word: ListedWord): Promise<boolean> {
    return this.add(word.language, word.effect, word.text);
  }

  private take({ items, most }: ListedWords): void {
    this.items = items;
    this.most = most;
  }
}
