import { afterEach, beforeEach, expect, test, vi } from "vitest";
import { Refused, type Call } from "../api/client";
import type { Clip } from "../contract";
import { Clips } from "./clips.svelte";

const NOW = Date.parse("2026-11-23T10:05:00.000Z");
const clip = (id: string, state: string) => ({ id, state }) as Clip;
let asked: [string, unknown][];
let listed: Clip[];

beforeEach(() => {
  vi.useFakeTimers();
  asked = [];
  listed = [];
});
afterEach(() => vi.useRealTimers());

function clips(refusal?: Refused): Clips {
  return new Clips(
    {
      request: async <T>(path: string, { method = "GET", body }: Call = {}): Promise<T> => {
        asked.push([`${method} ${path}`, body]);
        if (method !== "GET" && refusal) throw refusal;
        return (method === "GET" ? { items: listed } : {}) as T;
      },
    },
    "show_1",
  );
}

test("suggestions stand apart from what the host decided", async () => {
  const made = clips();
  listed = [clip("a", "suggested"), clip("b", "ready"), clip("c", "draft")];

  await made.load();

  expect(made.suggested.map(({ id }) => id)).toEqual(["a"]);
  expect(made.own.map(({ id }) => id)).toEqual(["b", "c"]);
});

test("the last thirty seconds end at the newest frame", async () => {
  const made = clips();

  expect(await made.addLast(NOW, "The glaze")).toBe(true);

  expect(asked[0]).toEqual([
    "POST /shows/show_1/clips",
    {
      from: "2026-11-23T10:04:30.000Z",
      to: "2026-11-23T10:05:00.000Z",
      title: "The glaze",
      public: true,
    },
  ]);
  expect(made.done).toBe("clip.last_done");
});

test("a clip that is being made is looked after until it is there", async () => {
  const made = clips();
  listed = [clip("a", "preparing")];
  await made.load();
  listed = [clip("a", "ready")];

  await vi.advanceTimersByTimeAsync(1000);

  expect(made.own[0]?.state).toBe("ready");
  const count = asked.length;
  await vi.advanceTimersByTimeAsync(60_000);
  expect(asked.length).toBe(count);
});

test("a refusal is said and leaves the list as it is", async () => {
  const made = clips(new Refused({ code: "clip_span_unavailable", status: 409 }));
  listed = [clip("a", "ready")];
  await made.load();

  expect(await made.publish(clip("a", "ready"), false)).toBe(false);

  expect(made.problem?.code).toBe("clip_span_unavailable");
  expect(made.own.map(({ id }) => id)).toEqual(["a"]);
});
