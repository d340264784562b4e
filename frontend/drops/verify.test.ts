import { expect, test } from "vitest";
import cases from "../../tests/unit/offers/log_cases.json";
import { verify } from "./verify";

const bytes = (log: string) => new TextEncoder().encode(log);
const whole = cases[0]!.log;

test.each(cases)("$name: the browser finds what verify-drop finds", async ({ log, broken }) => {
  expect([...(await verify(bytes(log))).broken].sort()).toEqual(broken);
});

test("one changed byte fails, whichever it is", async () => {
  const right = bytes(whole);
  for (let place = 0; place < right.length; place += 7) {
    const wrong = right.slice();
    wrong[place]! ^= 1;
    expect((await verify(wrong)).broken.has("chain"), `byte ${place}`).toBe(true);
  }
});

test("a log that is cut has no end, or no last line", async () => {
  const last = whole.lastIndexOf("\n", whole.length - 2);

  expect([...(await verify(bytes(whole.slice(0, last + 1)))).broken]).toEqual(["end"]);
  expect([...(await verify(bytes(whole.slice(0, -1)))).broken]).toContain("chain");
  expect((await verify(bytes(""))).known).toBe(false);
});

test("a log is known again by the hash of its terms, which is that of its first record", async () => {
  const first = JSON.parse(whole.slice(0, whole.indexOf("\n"))) as { hash: string };

  expect((await verify(bytes(whole))).sealed).toBe(first.hash);
  expect((await verify(bytes(""))).sealed).toBeNull();
});
