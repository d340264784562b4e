/** Where this viewer stands in line for what is sold out. The state is what the server answered last;
 *  who is in line is asked for again every few seconds while the page is looked at. */
import { call, problemOf, type Problem } from "../api/client";
import type { Hold, Viewer, Wait, Waits } from "../contract";
import { maybeSignedIn, writeSignedIn } from "../shop/kept";

/** Milliseconds. A piece is held for half an hour, and the mail comes at once. */
const AGAIN = 15_000;

/** What the link of a mail carries behind the `#`, which no server reads. */
export const waitIn = (hash: string): string | null =>
  new URLSearchParams(hash.replace(/^#/, "")).get("wait");

export class Places {
  list = $state.raw<readonly Wait[]>([]);
  problem = $state.raw<Problem | null>(null);
  /** What was refused is a place in line: the sheet says so, where it was asked for. */
  ofJoining = $state(false);
  busy = $state(false);
  /** False where signing in comes first, as far as this browser knows. */
  signedIn = $state(maybeSignedIn());
  #csrf = "";
  /** The place of a mail: its reader need not be signed in, or is somebody else here. */
  #mail: { id: string; token: string } | null = null;
  #next: ReturnType<typeof setTimeout> | undefined;
  #asked = 0;

  constructor(
    private readonly api: string,
    private readonly showId: string,
  ) {}

  of(productId: string, sku: string): Wait | null {
    return this.list.find((each) => each.product_id === productId && each.sku === sku) ?? null;
  }

  /** What is held for them of this show, at its price and in its currency. */
  offerOf(sku: string): Wait | null {
    return this.list.find((each) => each.sku === sku && this.isOfferedHere(each)) ?? null;
  }

  /** What is held for them of this show, but what is in the purchase with this hold. */
  besides(holdId: string | undefined): Wait[] {
    return this.list.filter((each) => this.isOfferedHere(each) && each.held?.hold_id !== holdId);
  }

  /** For them these have not sold out. */
  count(stock: Record<string, number>, holdId: string | undefined): void {
    for (const { sku } of this.besides(holdId)) if (stock[sku] !== undefined) stock[sku] += 1;
  }

  isHere = (wait: Wait): boolean => wait.show_id === this.showId;
  isOfferedHere = (wait: Wait): boolean => wait.held !== null && this.isHere(wait);

  async load(): Promise<void> {
    if (!this.signedIn && !this.#mail) return;
    const turn = ++this.#asked;
    const found = await this.#ask();
    if (turn !== this.#asked) return;
    if (found) this.list = found;
    this.#again();
  }

  /** Null where nothing is known: it is asked for again. */
  async #ask(): Promise<Wait[] | null> {
    try {
      const own = this.signedIn ? (await call<Waits>(this.api, "/viewer/waits")).waits : [];
      const mail = this.#mail;
      if (!mail || own.some(({ id }) => id === mail.id)) return own;
      return [...(await this.#stillOpened(mail.token)), ...own];
    } catch (error) {
      if (problemOf(error).status === 401) this.#leftAccount();
      return null;
    }
  }

  /** Nothing where the place is over. */
  async #stillOpened(token: string): Promise<Wait[]> {
    try {
      return [await this.#opened(token)];
    } catch (error) {
      if (problemOf(error).status === 404) return [];
      throw error;
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
      this.#mail = { id: found.id, token };
      this.#put(found);
      return found;
    });
  }

  join(sku: string): Promise<Wait | null> {
    const joined = this.#step(async () => {
      const path = `/shows/${this.showId}/waits`;
      const found = await this.#send<Wait>(path, { method: "POST", body: { sku } });
      this.list = this.list.filter((each) => each.sku !== sku);
      this.#put(found);
      return found;
    });
    this.ofJoining = true;
    return joined;
  }

  /** What is held for them, for a purchase in this browser; any other that it was taken to before
   *  ends. Where that is refused, `problem` says so, and what became of it is asked for. */
  async take(wait: Wait): Promise<Hold | null> {
    const taken = await this.#step(async () => {
      const token = this.#tokenOf(wait);
      const hold = await (token === null
        ? this.#send<Hold>(`/waits/${wait.id}/hold`, { method: "POST" })
        : call<Hold>(this.api, "/waits/hold", { method: "POST", body: { token } }));
      this.#put({ ...wait, held: { hold_id: hold.id, until: hold.expires_at } });
      return hold;
    }, "says");
    if (this.problem) await this.load();
    return taken;
  }

  /** By the mail's token where it is the mail's place, whoever is signed in. */
  #tokenOf(wait: Wait): string | null {
    return this.#mail?.id === wait.id ? this.#mail.token : null;
  }

  /** Where the session has ended nothing is left, and `problem` says so. */
  leave(wait: Wait): Promise<true | null> {
    return this.#step<true>(async () => {
      const token = this.#tokenOf(wait);
      if (token !== null) {
        await call(this.api, "/waits/leave", { method: "POST", body: { token } });
        this.#mail = null;
      } else await this.#send(`/waits/${wait.id}`, { method: "DELETE" });
      // An answer that is on its way has it still.
      this.#asked += 1;
      this.list = this.list.filter(({ id }) => id !== wait.id);
      this.#again();
      return true;
    }, "says");
  }

  #put(found: Wait): void {
    // An answer that is on its way knows nothing of it.
    this.#asked += 1;
    this.list = [...this.list.filter(({ id }) => id !== found.id), found];
    this.#again();
  }

  async #send<T>(path: string, options: { method: "POST" | "DELETE"; body?: object }): Promise<T> {
    this.#csrf ||= (await call<Viewer>(this.api, "/viewer/session")).csrf;
    return call<T>(this.api, path, { ...options, csrf: this.#csrf });
  }

  /** What is left is the mail's: the rest was of the account. */
  #leftAccount(): void {
    this.list = this.list.filter(({ id }) => id === this.#mail?.id);
    this.signedIn = false;
    this.#csrf = "";
    writeSignedIn(false);
  }

  /** Where the session has ended, the button that signs in says enough, or nothing else `says` it. */
  async #step<T>(run: () => Promise<T>, signedOut?: "says"): Promise<T | null> {
    if (this.busy) return null;
    this.busy = true;
    this.problem = null;
    this.ofJoining = false;
    try {
      return await run();
    } catch (error) {
      const problem = problemOf(error);
      if (problem.status === 401) this.#leftAccount();
      if (problem.status !== 401 || signedOut) this.problem = problem;
      return null;
    } finally {
      this.busy = false;
    }
  }
}
