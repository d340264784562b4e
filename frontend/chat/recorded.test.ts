import { afterEach, expect, test, vi } from "vitest";
import type { ChatMessage } from "../contract";
import { Recorded } from "./recorded.svelte";
import type { Stage } from "./stage";

const BEGAN = Date.UTC(2026, 10, 26, 10);
const stage = { page: { api: "", show: { id: "show_1" } } } as Stage;

/** `pace` messages a second from one second to another. */
function said(pace: number, from: number, to: number): ChatMessage[] {
  return Array.from({ length: pace * (to - from) }, (_, at) => {
    const moment = new Date(BEGAN + (from + at / pace) * 1000).toISOString();
    return { id: `msg_${from * pace + at}`, media_at: moment } as ChatMessage;
  });
}

/** A server that sends the last 500 of what is asked for; the parts that were, in seconds. */
function serverOf(all: readonly ChatMessage[]) {
  const parts: { from: number; to: number }[] = [];
  vi.stubGlobal("fetch", (url: string) => {
    const part = new URL(url, "http://shop").searchParams;
    const [from, to] = [Date.parse(part.get("from")!), Date.parse(part.get("to")!)];
    parts.push({ from: (from - BEGAN) / 1000, to: (to - BEGAN) / 1000 });
    const items = all
      .filter(({ media_at }) => Date.parse(media_at) >= from && Date.parse(media_at) <= to)
      .slice(-500);
    return Promise.resolve(new Response(JSON.stringify({ items })));
  });
  return parts;
}

const lengths = (parts: { from: number; to: number }[]) =>
  parts.map(({ from, to }) => Math.round(to - from));

async function watched(second: number): Promise<Recorded> {
  const recorded = new Recorded(stage);
  recorded.frame(BEGAN + second * 1000);
  await vi.waitFor(() => expect(recorded.lines.length).toBeGreaterThan(0));
  return recorded;
}

afterEach(() => vi.unstubAllGlobals());

test("what was said up to the moment stands there, from one request", async () => {
  const parts = serverOf(said(1, 0, 600));

  const { lines } = await watched(300);

  expect(lines.at(-1)?.id).toBe("msg_300");
  expect(lengths(parts)).toEqual([240]);
});

test.each([
  [8, [240, 50]],
  [13, [240, 31]],
  [40, [240, 30, 10]],
])(
  "at %d messages a second parts are shorter, until the moment is in one",
  async (pace, expected) => {
    const parts = serverOf(said(pace, 0, 600));

    const { lines } = await watched(300);

    expect(lines.at(-1)?.id).toBe(`msg_${300 * pace}`);
    expect(lengths(parts)).toEqual(expected);
  },
);

test("a busy show is watched on without a gap, in one request a part", async () => {
  const parts = serverOf(said(40, 0, 600));
  const recorded = await watched(300);
  parts.length = 0;

  for (let second = 300.5; second <= 330; second += 0.5) {
    recorded.frame(BEGAN + second * 1000);
    await vi.waitFor(() => expect(recorded.lines.at(-1)?.id).toBe(`msg_${second * 40}`));
  }

  const numbers = recorded.lines.map(({ id }) => Number(id.slice(4)));
  expect(numbers).toEqual(numbers.map((_, at) => numbers[0]! + at));
  expect(numbers[0]).toBeLessThanOrEqual(300 * 40);
  expect(parts.length).toBeLessThan(15);
});

test("after a busy minute each part is watched to half of what lies ahead of it", async () => {
  const parts = serverOf([...said(40, 0, 300), ...said(1, 300, 400)]);
  const recorded = await watched(290);
  parts.splice(0, parts.length - 1);

  for (let second = 290.5; second <= 330; second += 0.5) {
    recorded.frame(BEGAN + second * 1000);
    await new Promise((done) => setTimeout(done));
  }

  expect(parts.length).toBeGreaterThan(2);
  for (const [place, { from, to }] of parts.slice(1).entries()) {
    const before = parts[place]!;
    const watched = (from + to) / 2 - (before.from + before.to) / 2;
    expect(watched).toBeGreaterThanOrEqual((before.to - before.from) / 4);
  }
});

test("more in a second than an answer holds is shown as far as it goes", async () => {
  const parts = serverOf(said(2000, 0, 10));
  const recorded = new Recorded(stage);
  recorded.frame(BEGAN + 5_000);
  await vi.waitFor(() => expect(lengths(parts).at(-1)).toBe(1));

  recorded.frame(BEGAN + 5_500);

  await vi.waitFor(() => expect(recorded.lines.length).toBeGreaterThan(0));
});
