/** Whether somebody has to look at this account first, and the appeal of its owner. */
import { Work } from "../api/work.svelte";
import type { ViewerLimit } from "../contract";
import type { Account } from "./session.svelte";

export class OwnLimit extends Work {
  limit = $state.raw<ViewerLimit["limit"]>(null);

  constructor(private readonly account: Pick<Account, "request">) {
    super();
  }

  load = (): Promise<boolean> =>
    this.once(async () => {
      this.limit = (await this.account.request<ViewerLimit>("/viewer/limit")).limit;
    });

  appeal = (proof: string): Promise<boolean> =>
    this.once(async () => {
      const answer = await this.account.request<ViewerLimit>("/viewer/appeal", {
        method: "POST",
        body: { proof },
      });
      this.limit = answer.limit;
    });
}
