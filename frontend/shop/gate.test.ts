import { afterEach, beforeEach, expect, test, vi } from "vitest";
import { ask, isAboutAge, missingIn, rememberRefusal, wasRefused, type Typed } from "./gate";

const HOUR = 3_600_000;
const NOON = Date.UTC(2026, 10, 26, 12, 0);
const typed: Typed = { day: "7", month: "3", year: "1986" };
let kept: Map<string, string>;
let asked: { path: string; body: unknown; url: string }[];
let answer: Response | Error;

beforeEach(() => {
  kept = new Map();
  asked = [];
  vi.stubGlobal("localStorage", {
    getItem: (key: string) => kept.get(key) ?? null,
    setItem: (key: string, value: string) => kept.set(key, value),
  });
  vi.stubGlobal("fetch", (path: string, init: RequestInit) => {
    asked.push({ path, url: path, body: JSON.parse(init.body as string) });
    return answer instanceof Error ? Promise.reject(answer) : Promise.resolve(answer);
  });
});
afterEach(() => vi.unstubAllGlobals());

const says = (status: number, body: object) =>
  (answer = new Response(JSON.stringify(body), { status }));

test("the first part that is missing or no number is named", () => {
  expect(missingIn({ day: "", month: "", year: "" })).toBe("day");
  expect(missingIn({ ...typed, month: "" })).toBe("month");
  expect(missingIn({ ...typed, year: "19x6" })).toBe("year");
  expect(missingIn({ ...typed, year: "-1986" })).toBeUndefined();
  expect(missingIn(typed)).toBeUndefined();
});

test("Arabic digits and pasted marks are the same date", async () => {
  const arabic = { day: "\u200f٧", month: "3", year: "١٩٨٦\u200b" };
  says(200, { admission: "ADULT.GB.1.mac" });

  expect(missingIn(arabic)).toBeUndefined();
  await ask("", "guest_checkout", "GB", arabic);

  expect(asked[0]!.body).toEqual({
    door: "guest_checkout",
    country: "GB",
    born: { day: 7, month: 3, year: 1986 },
  });
});

test("an adult gets an admission, and the browser keeps nothing", async () => {
  says(200, { admission: "ADULT.GB.1.mac" });

  const found = await ask("", "guest_checkout", "GB", typed);

  expect(found).toEqual({ kind: "admitted", admission: "ADULT.GB.1.mac" });
  expect([...kept]).toEqual([]);
  expect(wasRefused(NOON)).toBe(false);
});

test("who is refused stays refused, and no date is kept or stands in an address", async () => {
  says(403, { code: "age_refused", status: 403 });

  const found = await ask("", "guest_checkout", "GB", { ...typed, year: "2015" });

  expect(found).toEqual({ kind: "refused" });
  expect(wasRefused()).toBe(true);
  expect([...kept.values()].join()).not.toContain("2015");
  expect(asked[0]!.url).not.toContain("2015");
});

test("the refusal lasts to the end of a day from this hour, the same for all who are refused in it", () => {
  rememberRefusal(NOON + 60_000);
  const first = [...kept.values()];
  rememberRefusal(NOON + 59 * 60_000);

  expect([...kept.values()]).toEqual(first);
  expect(wasRefused(NOON + 24 * HOUR)).toBe(true);
  expect(wasRefused(NOON + 25 * HOUR)).toBe(false);
});

test("what is kept is read with care", () => {
  kept.set("showfloor.gate", "not a time");

  expect(wasRefused(NOON)).toBe(false);
});

test("a browser that keeps nothing refuses all the same", async () => {
  vi.stubGlobal("localStorage", {
    getItem: () => {
      throw new DOMException("blocked");
    },
    setItem: () => {
      throw new DOMException("blocked");
    },
  });
  says(403, { code: "age_refused", status: 403 });

  expect(await ask("", "account", null, typed)).toEqual({ kind: "refused" });
  expect(wasRefused()).toBe(false);
});

test("a day that is none is asked for again, without a refusal", async () => {
  says(422, { code: "validation_failed", status: 422 });

  expect(await ask("", "guest_checkout", "GB", { ...typed, day: "31", month: "2" })).toEqual({
    kind: "no_such_day",
  });
  expect([...kept]).toEqual([]);
});

test.each([
  ["too_many_attempts", 429],
  ["busy", 503],
])("%s lets nobody in and refuses nobody", async (code, status) => {
  says(status, { code, status });

  const found = await ask("", "guest_checkout", "GB", typed);

  expect(found).toMatchObject({ kind: "problem", problem: { code } });
  expect(wasRefused()).toBe(false);
});

test("a lost answer lets nobody in", async () => {
  answer = new TypeError("network");

  const found = await ask("", "guest_checkout", "GB", typed);

  expect(found.kind).toBe("problem");
  expect([...kept]).toEqual([]);
});

test("without a country none is said", async () => {
  says(200, { admission: "a" });

  await ask("", "account", null, typed);

  expect(asked[0]!.body).toEqual({ door: "account", born: { day: 7, month: 3, year: 1986 } });
});

test("two refusals are about age, others are not", () => {
  const about = (code: string) => isAboutAge({ code, detail: "", status: 403 } as never);

  expect(["age_refused", "adult_declaration_required"].map(about)).toEqual([true, true]);
  expect(["sold_out", "hold_expired", "forbidden"].map(about)).toEqual([false, false, false]);
});
