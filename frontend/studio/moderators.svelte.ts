/** Who moderates one show beside its team, who was asked to, and the steps of its host. */
import type { Lang, Moderators } from "../contract";
import { Part } from "./account.svelte";
import type { Studio } from "./session.svelte";

type Requests = Pick<Studio, "request">;

export class ModeratorsPart extends Part<Moderators> {
  readonly #path: string;

  constructor(studio: Requests, showId: string) {
    const path = `/shows/${showId}/moderators`;
    super(studio, async () => [await studio.request<Moderators>(path)]);
    this.#path = path;
  }

  get found(): Moderators | null {
    return this.items?.[0] ?? null;
  }

  /** Somebody of the host's team moderates at once; anybody else gets a mail. */
  async invite(email: string, language: Lang): Promise<boolean> {
    const options = { method: "POST", body: { email, language } } as const;
    const answer = await this.step<{ mailed: boolean }>(this.#path, options, "team.invited");
    if (answer && !answer.mailed) this.done = "moderation.named";
    return answer !== null;
  }

  withdraw = (id: string) =>
    this.step(`${this.#path}/invitations/${id}`, { method: "DELETE" }, "team.withdrawn");

  remove = (person: string) =>
    this.step(`${this.#path}/${person}`, { method: "DELETE" }, "moderation.removed");
}
