/** What of a seller's orders one is written to about, for oneself alone. */
import { problemOf, type Problem } from "../api/client";
import type { MailChoice } from "../contract";
import type { Studio } from "../studio/session.svelte";

export class OwnMails {
  /** Null until the shop has answered. */
  choice = $state.raw<MailChoice | null>(null);
  problem = $state.raw<Problem | null>(null);
  busy = $state(false);
  isSaved = $state(false);

  constructor(
    private readonly studio: Pick<Studio, "request">,
    readonly merchant: string,
  ) {}

  get path(): string {
    return `/merchants/${this.merchant}/own-mails`;
  }

  async load(): Promise<void> {
    try {
      this.choice = await this.studio.request<MailChoice>(this.path);
      this.problem = null;
    } catch (error) {
      this.problem = problemOf(error);
    }
  }

  /** What was chosen stays in the form where it cannot be stored. */
  async save(choice: MailChoice): Promise<void> {
    if (this.busy) return;
    this.busy = true;
    this.isSaved = false;
    this.problem = null;
    try {
      this.choice = await this.studio.request<MailChoice>(this.path, {
        method: "PUT",
        body: choice,
      });
      this.isSaved = true;
    } catch (error) {
      this.problem = problemOf(error);
    } finally {
      this.busy = false;
    }
  }
}
