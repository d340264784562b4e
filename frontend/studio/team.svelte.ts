/** A team's people: who is in it, who is invited, and the steps of an owner. */
import type { Lang, Role, TeamView } from "../contract";
import { Part } from "./account.svelte";
import type { Studio } from "./session.svelte";

type Requests = Pick<Studio, "request">;

export class TeamPart extends Part<TeamView> {
  constructor(
    studio: Requests,
    readonly id: string,
  ) {
    super(studio, async () => [await studio.request<TeamView>(`/teams/${id}`)]);
  }

  get team(): TeamView | null {
    return this.items?.[0] ?? null;
  }

  async invite(email: string, role: Role, language: Lang): Promise<boolean> {
    const body = { email, role, language };
    return (await this.#step("/invitations", "POST", "team.invited", body)) !== null;
  }

  withdraw = (id: string) => this.#step(`/invitations/${id}`, "DELETE", "team.withdrawn");

  changeRole = (person: string, role: Role) =>
    this.#step(`/members/${person}`, "PATCH", "team.changed", { role });

  remove = (person: string) => this.#step(`/members/${person}`, "DELETE", "team.removed");

  #step(
    path: string,
    method: "POST" | "PATCH" | "DELETE",
    done: string,
    body?: object,
  ): Promise<unknown> {
    return this.step(`/teams/${this.id}${path}`, { method, ...(body ? { body } : {}) }, done);
  }
}
