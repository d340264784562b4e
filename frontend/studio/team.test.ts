import { describe, expect, it } from "vitest";
import { TeamPart } from "./team.svelte";

/** Answers the team, and keeps what was asked. */
function server(refuses = false) {
  const asked: string[] = [];
  const team = { name: { en: "Loam", ar: "لوم" }, roles: ["owner"], members: [], invitations: [] };
  const request = <T>(path: string, options: { method?: string; body?: unknown } = {}) => {
    asked.push(`${options.method ?? "GET"} ${path} ${JSON.stringify(options.body ?? null)}`);
    if (refuses && options.method) return Promise.reject(new Error("no"));
    return Promise.resolve(team as T);
  };
  return { asked, part: new TeamPart({ request } as never, "mer_1") };
}

describe("team", () => {
  it("asks for each step, and then for the team anew", async () => {
    const { asked, part } = server();
    await part.invite("a@example.com", "orders", "ar");
    await part.changeRole("per_1", "owner");
    await part.remove("per_1");
    await part.withdraw("inv_1");
    expect(asked.filter((line) => !line.startsWith("GET"))).toEqual([
      'POST /teams/mer_1/invitations {"email":"a@example.com","role":"orders","language":"ar"}',
      'PATCH /teams/mer_1/members/per_1 {"role":"owner"}',
      "DELETE /teams/mer_1/members/per_1 null",
      "DELETE /teams/mer_1/invitations/inv_1 null",
    ]);
    expect(asked.filter((line) => line.startsWith("GET"))).toHaveLength(4);
    expect(part.team?.name.en).toBe("Loam");
    expect(part.done).toBe("team.withdrawn");
  });

  it("says what stopped a step, and shows the team as it is", async () => {
    const { part } = server(true);
    expect(await part.invite("a@example.com", "orders", "en")).toBe(false);
    expect(part.problem).not.toBeNull();
    expect(part.done).toBe("");
    expect(part.team).not.toBeNull();
  });
});
