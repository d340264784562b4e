/** One import on the merchant's desk: looked at until it is over, then shown list by list. */
import { isUnsure, problemOf, type Problem } from "../api/client";
import type { ImportLine, ProductImport } from "../contract";
import { firstKind, isRunning, linesPath, type Kind, type Lines } from "./imports";
import type { Asking } from "./order.svelte";

/** Milliseconds between looks while it runs. */
export const LOOK_AGAIN = 1000;

export class ImportDesk {
  found = $state.raw<ProductImport | null>(null);
  kind = $state<Kind>("changed");
  lines = $state.raw<ImportLine[]>([]);
  next = $state<string | null>(null);
  problem = $state.raw<Problem | null>(null);
  busy = $state(false);
  readonly running = $derived(this.found !== null && isRunning(this.found));
  #timer: ReturnType<typeof setTimeout> | undefined;
  #left = false;

  constructor(
    private readonly studio: Asking,
    readonly id: string,
  ) {}

  /** Now, and again as long as there is more to hear: a refusal is the last word. */
  async look(): Promise<void> {
    try {
      this.found = await this.studio.request<ProductImport>(`/imports/${this.id}`);
      this.problem = null;
    } catch (error) {
      this.problem = problemOf(error);
    }
    if (this.problem ? isUnsure(this.problem) : this.running) this.#lookAgain();
    else if (this.found && !this.problem) await this.show(firstKind(this.found));
  }

  stop(): void {
    this.#left = true;
    clearTimeout(this.#timer);
  }

  async show(kind: Kind, cursor: string | null = null): Promise<void> {
    this.kind = kind;
    try {
      const page = await this.studio.request<Lines>(linesPath(this.id, kind, cursor));
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

  #lookAgain(): void {
    clearTimeout(this.#timer);
    if (!this.#left) this.#timer = setTimeout(() => void this.look(), LOOK_AGAIN);
  }
}
