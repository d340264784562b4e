/** For what a viewer waits in line, and what they came here to wait for. */
import { call, Refused } from "../api/client";
import { Work } from "../api/work.svelte";
import type { Product, Show, Variant, Wait, Waits } from "../contract";
import { findVariant } from "../shop/variants";
import { forgetHeld } from "./forget-held";
import type { Account } from "./session.svelte";

/** What is sold out in a show. */
export interface Wished {
  show: Show;
  product: Product;
  variant: Variant;
}

export class OwnWaits extends Work {
  /** Null until they are there. */
  list = $state.raw<Wait[] | null>(null);
  /** With what its owner came here. */
  wished = $state.raw<Wished | null>(null);

  constructor(private readonly account: Account) {
    super();
  }

  load = (): Promise<boolean> =>
    this.#then(async () => {
      if (this.account.wait) this.wished = await this.#find(this.account.wait);
    });

  /** Null where there is no such thing any more, which is then not asked for again. */
  async #find(wanted: string): Promise<Wished | null> {
    const [id = "", sku = ""] = wanted.split(/ (.*)/);
    try {
      const show = await call<Show>(this.account.api, `/shows/${encodeURIComponent(id)}`);
      const found = findVariant(show.products, sku);
      if (found) return { show, ...found };
    } catch (error) {
      if (!(error instanceof Refused) || error.problem.status !== 404) throw error;
    }
    this.account.dropWait();
    return null;
  }

  join = (): Promise<boolean> =>
    this.#then(async () => {
      const { show, variant } = this.wished!;
      await this.account.request(`/shows/${show.id}/waits`, {
        method: "POST",
        body: { sku: variant.sku },
      });
      this.dismiss();
    });

  dismiss = (): void => {
    this.problem = this.wished = null;
    this.account.dropWait();
  };

  leave = (wait: Wait): Promise<boolean> =>
    this.#then(async () => {
      await this.account.request(`/waits/${wait.id}`, { method: "DELETE" });
      forgetHeld(wait.show_id, wait.held?.hold_id);
    });

  /** What is shown afterwards is what the server has. */
  #then(step: () => Promise<unknown>): Promise<boolean> {
    return this.once(async () => {
      await step();
      this.list = (await this.account.request<Waits>("/viewer/waits")).waits;
    });
  }
}

/** Whoever has the mail gives the place up, signed in or not. */
export class LeavingLine extends Work {
  done = $state(false);
  /** Null until it is known. */
  wait = $state.raw<Wait | null>(null);

  constructor(
    private readonly api: string,
    private readonly token: string,
  ) {
    super();
  }

  load = (): Promise<boolean> => this.once(() => this.#find());

  async #find(): Promise<Wait> {
    const body = { token: this.token };
    return (this.wait ??= await call<Wait>(this.api, "/waits/open", { method: "POST", body }));
  }

  leave = (): Promise<boolean> =>
    this.once(async () => {
      const { show_id, held } = await this.#find();
      await call(this.api, "/waits/leave", { method: "POST", body: { token: this.token } });
      forgetHeld(show_id, held?.hold_id);
      this.done = true;
    });
}
