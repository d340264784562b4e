/** A second device as remote control: it joins with the ticket behind the `#`, then asks for its
 *  show every second and a half, and pins by the same decisions as the studio's keys. */
import { call, problemOf, type Problem } from "../api/client";
import type { Pin, RemoteShow } from "../contract";
import { nextProduct, pinNext, unpinNewest, type Action } from "../studio/pinning";

const POLL = 1500;
const KEPT = "showfloor-remote";

type Ask = typeof call;
/** Where the token is between two loads of the page: this tab alone, until it is closed. */
export type Keep = Pick<Storage, "getItem" | "setItem" | "removeItem">;

export class RemoteControl {
  show = $state.raw<RemoteShow | null>(null);
  problem = $state.raw<Problem | null>(null);
  /** It will not work again: another code has to be scanned. */
  ended = $state(false);
  busy = $state(false);
  #token: string | null = null;
  #timer: ReturnType<typeof setInterval> | null = null;
  /** Counts what was asked, so that an older answer never replaces a newer one. */
  #asked = 0;

  readonly onAir = $derived(this.show?.state === "live" || this.show?.state === "interrupted");
  readonly mayPin = $derived(this.onAir && (this.show?.receiving ?? false));
  readonly next = $derived(
    this.show ? nextProduct(this.show.products, this.show.last_product_id) : null,
  );
  readonly pins = $derived((this.show?.pins ?? []) as Pin[]);
  readonly pinned = $derived(new Map(this.pins.map((pin) => [pin.payload.product_id, pin.id])));

  constructor(
    private readonly api: string,
    private readonly keep: Keep,
    private readonly ask: Ask = call,
  ) {}

  /** `ticket` is "" on a page that was loaded again. */
  async start(ticket: string): Promise<void> {
    this.#token = this.keep.getItem(KEPT);
    if (ticket) await this.#join(ticket);
    if (!this.#token) {
      this.ended = true;
      return;
    }
    await this.look();
    this.#timer = setInterval(() => void this.look(), POLL);
  }

  stop(): void {
    if (this.#timer) clearInterval(this.#timer);
  }

  async look(): Promise<void> {
    const asked = ++this.#asked;
    try {
      const show = await this.#request<RemoteShow>("/remote");
      if (asked !== this.#asked) return;
      this.show = show;
      if (this.problem?.code === "unreachable") this.problem = null;
    } catch (error) {
      this.#fail(error);
    }
  }

  pinNext = () => this.#do(pinNext(this.show?.products ?? [], this.show?.last_product_id ?? null));
  unpin = () => this.#do(unpinNewest(this.pins));
  /** A tap pins alone, or takes off what is pinned. */
  toggle = (productId: string) => {
    const cueId = this.pinned.get(productId);
    return this.#do(cueId ? { do: "unpin", cueId } : { do: "pin", productId, replace: true });
  };

  async #do(action: Action): Promise<void> {
    if (action.do === "nothing" || this.busy) return;
    this.busy = true;
    this.problem = null;
    try {
      if (action.do === "pin") {
        const body = { product_id: action.productId, replace: action.replace };
        await this.#request("/remote/pins", body);
      } else await this.#request(`/remote/pins/${action.cueId}/end`, {});
    } catch (error) {
      this.#fail(error);
    }
    this.busy = false;
    if (!this.ended) await this.look();
  }

  /** A ticket works once: on a page that was loaded with a used one the kept token goes on. */
  async #join(ticket: string): Promise<void> {
    try {
      const { token } = await this.ask<{ token: string }>(this.api, "/remote", {
        method: "POST",
        body: { ticket },
      });
      this.#token = token;
      this.keep.setItem(KEPT, token);
    } catch (error) {
      this.problem = problemOf(error);
      if (this.problem.code === "remote_ticket_invalid") this.#token = null;
    }
  }

  #request<T>(path: string, body?: unknown): Promise<T> {
    const method = body === undefined ? "GET" : "POST";
    return this.ask<T>(this.api, path, { method, body, token: this.#token ?? undefined });
  }

  #fail(error: unknown): void {
    this.problem = problemOf(error);
    if (this.problem.code !== "remote_ended") return;
    this.ended = true;
    this.keep.removeItem(KEPT);
    this.stop();
  }
}
