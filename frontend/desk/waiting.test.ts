import { expect, test } from "vitest";
import { Refused } from "../api/client";
import { arabic, english } from "../testing/rendered";
import { Waiting } from "./waiting.svelte";

const PLANNED = { state: "planned", agreed: false };
const AGREED = { state: "planned", agreed: true };
const RUNS = { state: "announced", agreed: true };

async function waiting(drops: object[], coupons: object[]): Promise<Waiting> {
  const request = async <T>(path: string): Promise<T> =>
    (path === "/drops/asked" ? { drops } : { coupons }) as T;
  const found = new Waiting({ request });
  await found.load();
  return found;
}

test("what has no yes waits, and nothing else", async () => {
  const found = await waiting([PLANNED, AGREED, PLANNED, RUNS], [PLANNED]);

  expect([found.drops, found.coupons, found.total]).toEqual([2, 1, 3]);
});

test.each([
  [english, [PLANNED, PLANNED], [PLANNED], /^Waiting for your yes: .?2 drops.? and .?1 coupon.?$/],
  [english, [], [PLANNED], /^Waiting for your yes: .?1 coupon.?$/],
  [arabic, [PLANNED, PLANNED], [], /^في انتظار موافقتك: .?طرحان.?$/],
] as const)("it is said in a sentence", async (words, drops, coupons, said) => {
  expect((await waiting([...drops], [...coupons])).said(words)).toMatch(said);
});

test("nothing is said where nothing waits", async () => {
  expect((await waiting([AGREED], [])).said(english)).toBe("");
});

test("what is refused or lost changes nothing", async () => {
  const found = await waiting([PLANNED], []);
  const refused = new Refused({ code: "forbidden", status: 403 });
  found.studio.request = () => Promise.reject(refused);

  await found.load();

  expect(found.total).toBe(1);
});

test("an answer that another one overtook is not shown", async () => {
  const answers: ((found: object) => void)[] = [];
  const request = <T>(): Promise<T> => new Promise((resolve) => answers.push(resolve as never));
  const found = new Waiting({ request });
  const [first, second] = [found.load(), found.load()];
  for (const answer of answers.slice(2)) answer({ drops: [], coupons: [] });
  for (const answer of answers.slice(0, 2)) answer({ drops: [PLANNED], coupons: [] });

  await Promise.all([first, second]);

  expect(found.total).toBe(0);
});
