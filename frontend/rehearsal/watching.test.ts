import { afterEach, beforeEach, expect, test, vi } from "vitest";
import { Refused, type call } from "../api/client";
import type { WatchedRehearsal } from "../contract";
import { RehearsalWatch } from "./watching.svelte";

const rehearsal = (id: string) =>
  ({ show: { id }, ends_at: "2026-11-26T12:00:00Z" }) as WatchedRehearsal;
const refusal = (code: string, status: number) => new Refused({ code, status });
let answer: WatchedRehearsal | Refused;
let asked: string[];

beforeEach(() => {
  vi.useFakeTimers();
  asked = [];
});
afterEach(() => vi.useRealTimers());

function watch(): RehearsalWatch {
  const ask = async (base: string, path: string): Promise<WatchedRehearsal> => {
    asked.push(base + path);
    if (answer instanceof Refused) throw answer;
    return answer;
  };
  return new RehearsalWatch("/api/v1", "show_1", ask as typeof call);
}

test("the rehearsal that runs stays the same while it does, and the next one takes its place", async () => {
  answer = rehearsal("show_r1");
  const watched = watch();
  await watched.look();
  const first = watched.rehearsal;

  answer = rehearsal("show_r1");
  await vi.advanceTimersByTimeAsync(3000);
  expect(watched.rehearsal).toBe(first);

  answer = rehearsal("show_r2");
  await vi.advanceTimersByTimeAsync(3000);
  expect(watched.rehearsal?.show.id).toBe("show_r2");
  expect(asked).toEqual(Array(3).fill("/api/v1/shows/show_1/rehearsal"));
  watched.stop();
});

test("a rehearsal that is over goes from the screen", async () => {
  answer = rehearsal("show_r1");
  const watched = watch();
  await watched.look();

  answer = refusal("rehearsal_not_found", 404);
  await vi.advanceTimersByTimeAsync(3000);

  expect([watched.state, watched.rehearsal]).toEqual(["none", null]);
  watched.stop();
});

test.each([
  ["not_authenticated", 401],
  ["show_not_found", 404],
  ["role_missing", 403],
])("who is refused with %s does not belong to the team", async (code, status) => {
  answer = refusal(code, status);
  const watched = watch();

  await watched.look();

  expect([watched.state, watched.rehearsal]).toEqual(["stranger", null]);
  watched.stop();
});

test("a network that is away for a moment takes nothing from the screen", async () => {
  answer = rehearsal("show_r1");
  const watched = watch();
  await watched.look();

  answer = refusal("unreachable", 0);
  await vi.advanceTimersByTimeAsync(3000);

  expect([watched.state, watched.rehearsal?.show.id]).toEqual(["shown", "show_r1"]);
  watched.stop();
  await vi.advanceTimersByTimeAsync(60_000);
  expect(asked).toHaveLength(2);
});

test.each([
  ["rate_limited", 429],
  ["busy", 503],
  ["unreachable", 0],
])("%s takes nothing from the screen", async (code, status) => {
  answer = rehearsal("show_r1");
  const watched = watch();
  await watched.look();

  answer = refusal(code, status);
  await vi.advanceTimersByTimeAsync(3000);

  expect([watched.state, watched.rehearsal?.show.id]).toEqual(["shown", "show_r1"]);
  watched.stop();
});
