import { expect, test } from "vitest";
import { Refused } from "./client";
import { Work } from "./work.svelte";

class Shelf extends Work {
  put = (step: () => Promise<unknown>): Promise<boolean> => this.once(step);
}

test("a second step while the first runs is not begun", async () => {
  const shelf = new Shelf();
  let end = (): void => undefined;
  let steps = 0;
  const first = shelf.put(() => {
    steps += 1;
    return new Promise<void>((resolve) => (end = resolve));
  });
  expect(shelf.busy).toBe(true);

  expect(await shelf.put(async () => (steps += 1))).toBe(false);
  end();

  expect([await first, steps, shelf.busy]).toEqual([true, 1, false]);
});

test("a refusal is kept until the next step begins", async () => {
  const shelf = new Shelf();
  const refused = new Refused({ code: "busy", status: 503 });
  expect(await shelf.put(() => Promise.reject(refused))).toBe(false);
  expect([shelf.problem?.code, shelf.busy]).toEqual(["busy", false]);

  let seen: unknown;
  expect(await shelf.put(async () => (seen = shelf.problem))).toBe(true);

  expect([seen, shelf.problem]).toEqual([null, null]);
});
