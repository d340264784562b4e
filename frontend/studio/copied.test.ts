import { afterEach, beforeEach, expect, test, vi } from "vitest";
import { Copied } from "./copied.svelte";

const written: string[] = [];

beforeEach(() => {
  vi.useFakeTimers();
  written.length = 0;
});
afterEach(() => {
  vi.useRealTimers();
  vi.unstubAllGlobals();
});

test("what was copied is said for two seconds", async () => {
  vi.stubGlobal("navigator", {
    clipboard: { writeText: async (text: string) => void written.push(text) },
  });
  const copied = new Copied();

  expect(await copied.copy("https://shop.example/c/mug")).toBe(true);

  expect(written).toEqual(["https://shop.example/c/mug"]);
  expect(copied.done).toBe(true);
  await vi.advanceTimersByTimeAsync(2000);
  expect(copied.done).toBe(false);
});

test("a page without a clipboard says that nothing was copied", async () => {
  vi.stubGlobal("navigator", {});
  const copied = new Copied();

  expect(await copied.copy("https://shop.example/c/mug")).toBe(false);

  expect(copied.done).toBe(false);
});
