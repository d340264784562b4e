import { afterEach, beforeEach, expect, test, vi } from "vitest";
import { Ending, noteOf, UNDO_FOR } from "./ending.svelte";

let sent: boolean[];
let stored: Map<string, string>;
const ending = () => new Ending("show_1", (leaving) => sent.push(leaving));

beforeEach(() => {
  sent = [];
  stored = new Map();
  vi.useFakeTimers();
  vi.stubGlobal("localStorage", {
    getItem: (key: string) => stored.get(key) ?? null,
    setItem: (key: string, value: string) => stored.set(key, value),
    removeItem: (key: string) => stored.delete(key),
  });
});
afterEach(() => {
  vi.useRealTimers();
  vi.unstubAllGlobals();
});

test("the end is sent ten seconds after it was confirmed", () => {
  const show = ending();
  show.begin();

  expect(show.left).toBe(10);
  vi.advanceTimersByTime(UNDO_FOR - 250);
  expect([show.left, sent]).toEqual([1, []]);

  vi.advanceTimersByTime(500);
  expect([show.left, sent, stored.size]).toEqual([null, [false], 0]);
});

test("an end that was taken back is never sent", () => {
  const show = ending();
  show.begin();
  vi.advanceTimersByTime(9_000);
  show.undo();

  vi.advanceTimersByTime(60_000);
  show.leave();
  expect([show.left, sent, stored.size]).toEqual([null, [], 0]);
});

test("a tab that closes sends the end at once, and only once", () => {
  const show = ending();
  show.begin();
  show.leave();

  vi.advanceTimersByTime(60_000);
  show.leave();
  expect(sent).toEqual([true]);
});

test("a tab that closes without a confirmed end sends nothing", () => {
  ending().leave();

  expect(sent).toEqual([]);
});

test("the end that a dead tab had confirmed is carried out by the next", () => {
  ending().begin();
  vi.clearAllTimers();
  vi.setSystemTime(Date.now() + 4_000);

  const next = ending();
  next.resume();
  expect(next.left).toBe(6);
  vi.advanceTimersByTime(7_000);
  expect(sent).toEqual([false]);
});

test("a note of another evening ends nothing", () => {
  stored.set(noteOf("show_1"), String(Date.now() - 3_600_000));
  ending().resume();

  vi.advanceTimersByTime(60_000);
  expect([sent, stored.size]).toEqual([[], 0]);
});

test("a browser without storage ends the show all the same", () => {
  vi.stubGlobal("localStorage", undefined);
  ending().begin();

  vi.advanceTimersByTime(UNDO_FOR + 500);
  expect(sent).toEqual([false]);
});
