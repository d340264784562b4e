import { afterEach, beforeEach, expect, test, vi } from "vitest";
import { loaded } from "./load";

beforeEach(() => void vi.useFakeTimers());
afterEach(() => void vi.useRealTimers());

test("a part that comes is handed over at once", async () => {
  expect(await loaded(() => Promise.resolve("sheet"))).toBe("sheet");
  expect(vi.getTimerCount()).toBe(0);
});

test("a part that does not come is asked for again, each time after a longer pause", async () => {
  const begun = Date.now();
  const asked: number[] = [];
  const load = () => {
    asked.push((Date.now() - begun) / 1000);
    return asked.length < 8 ? Promise.reject(new Error("away")) : Promise.resolve("sheet");
  };
  const part = loaded(load);

  await vi.runAllTimersAsync();

  expect(await part).toBe("sheet");
  expect(asked).toEqual([0, 1, 3, 7, 15, 30, 45, 60]);
});
