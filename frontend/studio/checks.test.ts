import { expect, test } from "vitest";
import { Refused } from "../api/client";
import type { Check } from "../contract";
import { arabic, english } from "../testing/rendered";
import { inOrder, Preflight, remedy, sentence } from "./checks.svelte";

const check = (code: string, more: Partial<Check> = {}): Check => ({
  area: "picture",
  code,
  status: "ok",
  params: {},
  product_ids: [],
  origins: [],
  ...more,
});

test("a report is kept while a later question fails, and the failure is said", async () => {
  let broken = false;
  const request = <T>(): Promise<T> =>
    broken
      ? Promise.reject(new Refused({ code: "unavailable", status: 503 }))
      : Promise.resolve({ ready: true, checks: [check("picture_arrives")] } as T);
  const preflight = new Preflight({ request }, "show_1");

  await preflight.ask();
  broken = true;
  await preflight.ask();

  expect(preflight.report?.ready).toBe(true);
  expect(preflight.problem?.code).toBe("unavailable");
});

test("one question waits for its answer before the next", async () => {
  const asked: string[] = [];
  let answer = (): void => undefined;
  const request = <T>(path: string): Promise<T> => {
    asked.push(path);
    return new Promise((resolve) => (answer = () => resolve({ ready: false, checks: [] } as T)));
  };
  const preflight = new Preflight({ request }, "show_1");

  const first = preflight.ask();
  await preflight.ask();
  answer();
  await first;

  expect(asked).toEqual(["/shows/show_1/preflight"]);
});

test("what is wrong comes first", () => {
  const found = (["ok", "unknown", "warn", "bad"] as const).map((status) =>
    check(status, { status }),
  );

  expect(inOrder(found).map(({ code }) => code)).toEqual(["bad", "warn", "unknown", "ok"]);
});

test("a quiet voice is said with its remedy in both languages", () => {
  const quiet = check("loudness_low", { area: "sound", params: { lufs: -25, by: 9, target: -16 } });

  expect(sentence(english, quiet)).toBe("Your voice is quiet (-25 LUFS)");
  expect(remedy(english, quiet)).toBe("Move closer, or raise the microphone by 9 dB.");
  expect(remedy(arabic, quiet)).toBe("اقترب من الميكروفون، أو ارفع مستواه 9 ديسيبل.");
});

test("a network's rule and a warning of the media server have sentences of their own", () => {
  const rule = check("portrait_advised", {
    area: "destinations",
    params: { platform: "Instagram" },
  });

  expect(sentence(english, rule)).toContain("Instagram is made for upright pictures");
  expect(sentence(english, check("b_frames", { area: "signal" }))).toContain("B-frames");
  expect(sentence(english, check("new_one", { area: "signal" }))).toContain("(new_one)");
  expect(remedy(english, check("picture_arrives"))).toBeNull();
});
