import { afterEach, expect, test, vi } from "vitest";
import type { Show } from "../contract";
import { countdown, fetchNext, nextShow } from "./upcoming";

const NOW = Date.parse("2026-11-23T10:00:00Z");
const show = (id: string, starts_at: string | null) => ({ id, starts_at }) as Show;
const shows = [
  show("later", "2026-11-25T10:00:00Z"),
  show("soon", "2026-11-24T10:00:00Z"),
  show("late", "2026-11-23T09:00:00Z"),
  show("open", null),
];

afterEach(() => vi.unstubAllGlobals());

test("the next show is the soonest one that is still to come", () => {
  expect(nextShow(shows, "ended", NOW)?.id).toBe("soon");
  expect(nextShow(shows, "soon", NOW)?.id).toBe("later");
  expect(nextShow([], "ended", NOW)).toBeNull();
});

test("a countdown runs for the last day and stops at zero", () => {
  expect(countdown("2026-11-23T10:01:30Z", NOW)).toBe(90);
  expect(countdown("2026-11-23T09:00:00Z", NOW)).toBe(0);
  expect(countdown("2026-11-24T10:00:00Z", NOW)).toBeNull();
  expect(countdown(null, NOW)).toBeNull();
});

test("without an answer nothing is said", async () => {
  vi.stubGlobal("fetch", () => Promise.reject(new TypeError("offline")));
  expect(await fetchNext("/api/v1", "ended", NOW)).toBeNull();

  vi.stubGlobal("fetch", async () => new Response("{}", { status: 503 }));
  expect(await fetchNext("/api/v1", "ended", NOW)).toBeNull();

  vi.stubGlobal("fetch", async () => new Response(JSON.stringify({ items: shows })));
  expect((await fetchNext("/api/v1", "ended", NOW))?.id).toBe("soon");
});
