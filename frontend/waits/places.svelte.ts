/** Where this viewer stands in line for what is sold out. The state is what the server answered last;
 *  who is in line is asked for again every few seconds while the page is looked at. */
import { call, problemOf, type Problem } from "../api/client";
import type { Viewer, Wait, Waits } from "../contract";
import { maybeSignedIn, writeSignedIn } from "../shop/kept";

/** Milliseconds. A piece is held for half an hour, and the mail comes at once. */
const AGAIN = 15_000;

/** What the link of a mail carries behind the `#`, which no server reads. */
export const waitIn = (hash: string): string | null =>
  new URLSearchParams(hash.replace(/^#/, "")).get("wait");

export class Places {
  list = $state.raw<readonly Wait[]>([]);
  problem = $state.raw<Problem | null>(null);
  busy = $state(false);
  /** False where signing in comes first, as far as this browser knows. */
  signedIn = $state(maybeSignedIn());
  #csrf = "";
  /** Out of a mail: its reader need not be signed in. */
  #token: string | null = null;
  #next: ReturnType<typeof setTimeout> | undefined;
  #asked = 0;

  constructor(
    private readonly api: string,
    private readonly showId: string,
  ) {}

  of(productId: string, sku: string): Wait | null {
    return this.list.find((each) => each.product_id === productId && each.sku === sku) ?? null;
  }

  async load(): Promise<void> {
    if (!this.signedIn && !this.#token) return;
    const turn = ++this.#asked;
    const found = await this.#ask();
    if (turn !== this.#asked) return;
    if (found) this.list = found;
    this.#again();
  }

  /** Null where nothing is known: it is asked for again. */
  async #ask(): Promise<Wait[] | null> {
    try {
      if (this.signedIn) return (await call<Waits>(this.api, "/viewer/waits")).waits;
      return [await this.#opened(this.#token!)];
    } catch (error) {
      const { status } = problemOf(error);
      if (status === 401) this.#leftAccount();
      // The place is over.
      return status === 404 ? [] : null;
    }
  }

  #opened(token: string): Promise<Wait> {
    return call<Wait>(this.api, "/waits/open", { method: "POST", body: { token } });
  }

  #again(): void {
    clearTimeout(this.#next);
    const goesOn = this.list.some(({ state }) => state === "waiting" || state === "offered");
    if (goesOn) this.#next = setTimeout(() => void this.#whenSeen(), AGAIN);
  }

  async #whenSeen(): Promise<void> {
    if (document.visibilityState === "hidden") return this.#again();
    await this.load();
  }

  stop(): void {
    clearTimeout(this.#next);
    this.#asked += 1;
  }

  /** With the link of a mail: what is held for its reader. */
  open(token: string): Promise<Wait | null> {
    return this.#step(async () => {
      const found = await this.#opened(token);
      this.#token = token;
      this.#put(found);
      return found;
    });
  }

  join(sku: string): Promise<Wait | null> {
    return this.#step(async () => {
      const path = `/shows/${this.showId}/waits`;
      const found = await this.#send<Wait>(path, { method: "POST", body: { sku } });
      this.#put(found);
      return found;
    });
  }

  leave(wait: Wait): Promise<true | null> {
    return this.#step<true>(async () => {
      if (this.signedIn) await this.#send(`/waits/${wait.id}`, { method: "DELETE" });
      else if (this.#token)
        await call(this.api, `/waits/leave/${encodeURIComponent(this.#token)}`, { method: "POST" });
      this.list = this.list.filter(({ id }) => id !== wait.id);
      return true;
    });
  }

  #put(found: Wait): void {
    // An answer that is on its way knows nothing of it.
    this.#asked += 1;
    this.list = [...this.list.filter(({ id, sku }) => id !== found.id && sku !== found.sku), found];
    this.#again();
  }

  async #send<T>(path: string, options: { method: "POST" | "DELETE"; body?: object }): Promise<T> {
    this.#csrf ||= (await call<Viewer>(this.api, "/viewer/session")).csrf;
    return call<T>(this.api, path, { ...options, csrf: this.#csrf });
  }

  #leftAccount(): void {
    this.signedIn = false;
    this.#csrf = "";
    writeSignedIn(false);
  }

  async #step<T>(run: () => Promise<T>): Promise<T | null> {
    if (this.busy) return null;
    this.busy = true;
    this.problem = null;
    try {
      return await run();
    } catch (error) {
      const problem = problemOf(error);
      if (problem.status === 401) this.#leftAccount();
      else this.problem = problem;
      return null;
    } finally {
      this.busy = false;
    }
  }
}
