import { afterEach, expect, test, vi } from "vitest";
import type { ChatMessage } from "../contract";
import { Recorded } from "./recorded.svelte";
import type { Stage } from "./stage";

const BEGAN = Date.UTC(2026, 10, 26, 10);
const stage = { page: { api: "", show: { id: "show_1" } } } as Stage;

/** The server of a show with `pace` messages a second; it sends the last 500 of what is asked for. */
function server(pace: number, seconds: number) {
  const all = Array.from({ length: pace * seconds }, (_, at) => {
    const moment = new Date(BEGAN + (at / pace) * 1000).toISOString();
    return { id: `msg_${at}`, media_at: moment } as ChatMessage;
  });
  const asked: number[] = [];
  vi.stubGlobal("fetch", (url: string) => {
    const part = new URL(url, "http://shop").searchParams;
    const [from, to] = [Date.parse(part.get("from")!), Date.parse(part.get("to")!)];
    asked.push((to - from) / 1000);
    const items = all
      .filter(({ media_at }) => Date.parse(media_at) >= from && Date.parse(media_at) <= to)
      .slice(-500);
    return Promise.resolve(new Response(JSON.stringify({ items })));
  });
  return asked;
}
async function watched(second: number): Promise<Recorded> {
  const recorded = new Recorded(stage);
  recorded.frame(BEGAN + second * 1000);
  await vi.waitFor(() => expect(recorded.lines.length).toBeGreaterThan(0));
  return recorded;
}

afterEach(() => vi.unstubAllGlobals());

test("what was said up to the moment stands there, from one request", async () => {
  const asked = server(1, 600);

  const { lines } = await watched(300);

  expect(lines.at(-1)?.id).toBe("msg_300");
  expect(asked).toEqual([240]);
});

test.each([
  [8, [240, 50]],
  [13, [240, 31]],
  [40, [240, 30, 10]],
])("at %d messages a second parts are shorter, until the moment is in one", async (pace, parts) => {
  const asked = server(pace, 600);

  const { lines } = await watched(300);

  expect(lines.at(-1)?.id).toBe(`msg_${300 * pace}`);
  expect(asked.map(Math.round)).toEqual(parts);
});

test("a busy show is watched on without a gap, in one request a part", async () => {
  const asked = server(40, 600);
  const recorded = await watched(300);
  asked.length = 0;

  for (let second = 300.5; second <= 330; second += 0.5) {
    recorded.frame(BEGAN + second * 1000);
    await vi.waitFor(() => expect(recorded.lines.at(-1)?.id).toBe(`msg_${second * 40}`));
  }

  const numbers = recorded.lines.map(({ id }) => Number(id.slice(4)));
  expect(numbers).toEqual(numbers.map((_, at) => numbers[0]! + at));
  expect(numbers[0]).toBeLessThanOrEqual(300 * 40);
  expect(asked.length).toBeLessThan(15);
});

test("more in a second than an answer holds is shown as far as it goes", async () => {
  const asked = server(2000, 10);
  const recorded = new Recorded(stage);
  recorded.frame(BEGAN + 5_000);
  await vi.waitFor(() => expect(asked.at(-1)).toBe(1));

  recorded.frame(BEGAN + 5_500);

  await vi.waitFor(() => expect(recorded.lines.length).toBeGreaterThan(0));
});
