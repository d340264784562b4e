/** The addresses that a viewer keeps. */
import { Work } from "../api/work.svelte";
import type { KeptAddress, KeptAddresses } from "../contract";
import { toAddress, type Lines } from "../shop/form";
import type { Account } from "./session.svelte";

const PATH = "/viewer/addresses";

export class OwnAddresses extends Work {
  /** The one that is filled in first comes first; null until they are there. */
  items = $state.raw<KeptAddress[] | null>(null);

  constructor(private readonly account: Account) {
    super();
  }

  load = (): Promise<boolean> => this.#then(() => Promise.resolve());

  /** `id` is that of the one which is corrected; null for another one. */
  save = (id: string | null, lines: Lines): Promise<boolean> =>
    this.#then(() =>
      this.account.request(id ? `${PATH}/${id}` : PATH, {
        method: id ? "PUT" : "POST",
        body: toAddress(lines),
      }),
    );

  remove = ({ id }: KeptAddress): Promise<boolean> =>
    this.#then(() => this.account.request(`${PATH}/${id}`, { method: "DELETE" }));

  /** What is shown afterwards is what the server has. */
  #then(step: () => Promise<unknown>): Promise<boolean> {
    return this.once(async () => {
      await step();
      this.items = (await this.account.request<KeptAddresses>(PATH)).addresses;
    });
  }
}
