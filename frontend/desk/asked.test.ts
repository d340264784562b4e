import { expect, test } from "vitest";
import { Refused, type Call, type Problem } from "../api/client";
import { Asked } from "./asked.svelte";

const OPENED: Problem = { code: "coupon_state_conflict", status: 409 };
const coupon = (state: string) => ({ id: "cpn_1", state });

function server(...answers: (Problem | null)[]) {
  const asked: unknown[][] = [];
  const request = async <T>(path: string, { method = "GET", body }: Call = {}): Promise<T> => {
    asked.push([method, path, body]);
    const answer = answers.shift();
    if (answer) throw new Refused(answer);
    return { coupons: [coupon("planned")] } as T;
  };
  return { asked, request };
}

const listOf = (api: ReturnType<typeof server>) => new Asked(api, "coupons", "/coupons/asked");

test("who may not see what hosts plan is asked for nothing", async () => {
  const asked = listOf(server({ code: "forbidden", status: 403 }));

  await asked.begin();

  expect([asked.items, asked.problem]).toEqual([[], null]);
});

test.each([
  ["agree", "planned", "agreed"],
  ["withdraw", "planned", "taken_back"],
  ["withdraw", "open", "was_closed"],
] as const)("%s of one that is %s says that it %s", async (step, state, done) => {
  const api = server();
  const asked = listOf(api);

  expect(await asked.act(coupon(state), step, { floor: 0 })).toBe(true);

  expect([asked.done, asked.items.length, asked.busy]).toEqual([done, 1, false]);
  expect(api.asked).toEqual([
    ["POST", `/coupons/cpn_1/${step}`, { floor: 0 }],
    ["GET", "/coupons/asked", undefined],
  ]);
});

test("a refusal is said, and the next step may succeed", async () => {
  const asked = listOf(server(OPENED));

  expect(await asked.act(coupon("planned"), "withdraw")).toBe(false);
  const problem = asked.problem?.code;
  expect([problem, asked.done, asked.busy]).toEqual(["coupon_state_conflict", null, false]);
  await asked.act(coupon("open"), "withdraw");

  expect([asked.problem, asked.done]).toEqual([null, "was_closed"]);
});
