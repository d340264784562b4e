/** One import on the merchant's desk: looked at until it and its pictures are over, and shown list by list. */
import { isUnsure, problemOf, type Problem } from "../api/client";
import type { ImportLine, ImportPicture, ProductImport } from "../contract";
import {
  firstKind,
  isRunning,
  linesPath,
  MOST_UNSEEN,
  picturesOf,
  picturesPath,
  type Kind,
  type Lines,
  type Pictures,
} from "./imports";
import type { Asking } from "./order.svelte";

/** Milliseconds between looks while it runs. */
export const LOOK_AGAIN = 1000;

export class ImportDesk {
  found = $state.raw<ProductImport | null>(null);
  kind = $state<Kind>("changed");
  lines = $state.raw<ImportLine[]>([]);
  next = $state<string | null>(null);
  /** Pictures that could not be fetched. */
  unseen = $state.raw<ImportPicture[]>([]);
  problem = $state.raw<Problem | null>(null);
  busy = $state(false);
  readonly running = $derived(this.found !== null && isRunning(this.found));
  #timer: ReturnType<typeof setTimeout> | undefined;
  #left = false;
  #asked = 0;

  constructor(
    private readonly studio: Asking,
    readonly id: string,
  ) {}

  /** Now, and again as long as there is more to hear: a refusal is the last word. */
  async look(): Promise<void> {
    const wasOver = this.found !== null && !this.running;
    try {
      this.found = await this.studio.request<ProductImport>(`/imports/${this.id}`);
      await this.#lookAtPictures(this.found);
      this.problem = null;
    } catch (error) {
      this.problem = problemOf(error);
    }
    if (this.problem ? isUnsure(this.problem) : this.#isUnfinished()) this.#lookAgain();
    if (this.found && !this.problem && !this.running && !wasOver)
      await this.show(firstKind(this.found));
  }

  stop(): void {
    this.#left = true;
    clearTimeout(this.#timer);
  }

  /** What comes late for an earlier choice is not shown. */
  async show(kind: Kind, cursor: string | null = null): Promise<void> {
    this.kind = kind;
    const asked = ++this.#asked;
    try {
      const page = await this.studio.request<Lines>(linesPath(this.id, kind, cursor));
      if (asked !== this.#asked) return;
      this.lines = cursor ? [...this.lines, ...page.items] : page.items;
      this.next = page.next_cursor;
    } catch (error) {
      this.problem = problemOf(error);
    }
  }

  /** Take over what was compared. */
  async apply(): Promise<void> {
    if (this.busy) return;
    this.busy = true;
    try {
      const path = `/imports/${this.id}/apply`;
      this.found = await this.studio.request<ProductImport>(path, { method: "POST" });
      this.problem = null;
      this.#lookAgain();
    } catch (error) {
      this.problem = problemOf(error);
    }
    this.busy = false;
  }

  #isUnfinished(): boolean {
    if (!this.found) return false;
    const { done, all } = picturesOf(this.found);
    return this.running || done < all;
  }

  async #lookAtPictures({ pictures }: ProductImport): Promise<void> {
    if (pictures.failed === this.unseen.length || this.unseen.length >= MOST_UNSEEN) return;
    this.unseen = (await this.studio.request<Pictures>(picturesPath(this.id))).items;
  }

  #lookAgain(): void {
    clearTimeout(this.#timer);
    if (!this.#left) this.#timer = setTimeout(() => void this.look(), LOOK_AGAIN);
  }
}
