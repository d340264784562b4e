import { afterEach, beforeEach, expect, test, vi } from "vitest";
import type { ChatMessage } from "../contract";
import { EVERY, readAloud } from "./read-aloud";

const message = (text: string) => ({ text }) as ChatMessage;
let spoken: string[];
let away: boolean;
const speak = (newest: ChatMessage, others: number) => spoken.push(`${newest.text}+${others}`);

beforeEach(() => {
  vi.useFakeTimers();
  spoken = [];
  away = false;
});
afterEach(() => vi.useRealTimers());

test("a message is read at once, what follows quickly in one sentence", () => {
  const aloud = readAloud(speak, () => away);
  aloud.said(message("a"));
  vi.advanceTimersByTime(0);
  for (const text of ["b", "c", "d"]) aloud.said(message(text));
  vi.advanceTimersByTime(EVERY - 1);
  expect(spoken).toEqual(["a+0"]);

  vi.advanceTimersByTime(1);
  expect(spoken).toEqual(["a+0", "d+2"]);
});

test("after a quiet time the next message is read at once", () => {
  const aloud = readAloud(speak, () => away);
  aloud.said(message("a"));
  vi.advanceTimersByTime(2 * EVERY);

  aloud.said(message("b"));
  vi.advanceTimersByTime(0);
  expect(spoken).toEqual(["a+0", "b+0"]);
});

test("nothing is read once it has stopped", () => {
  const aloud = readAloud(speak, () => away);
  aloud.said(message("a"));
  aloud.stop();
  vi.advanceTimersByTime(EVERY);
  expect(spoken).toEqual([]);
});

test("what is said while nobody looks is never read, what follows is", () => {
  const aloud = readAloud(speak, () => away);
  aloud.said(message("a"));
  away = true;
  vi.advanceTimersByTime(EVERY);
  aloud.said(message("b"));
  vi.advanceTimersByTime(2 * EVERY);
  expect(spoken).toEqual([]);

  away = false;
  aloud.said(message("c"));
  vi.advanceTimersByTime(0);
  expect(spoken).toEqual(["c+0"]);
});
