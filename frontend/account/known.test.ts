import { expect, test } from "vitest";
import { arabic, english, markup } from "../testing/rendered";
import Erased from "./erased.svelte";
import { shownAs } from "./known";
import type { Account } from "./session.svelte";

const CODES = [
  ["age_band", "ADULT"],
  ["age_band", "13-15"],
  ["state", "to_send"],
  ["kind", "correct"],
  ["country", "GB"],
  ["language", "ar"],
] as const;

test("codes are shown as words of the page's language", () => {
  expect(CODES.map(([name, value]) => shownAs(english, name, value))).toEqual([
    "18 or older",
    "13 to 15",
    "Being packed",
    "Correct something",
    "United Kingdom",
    "Arabic",
  ]);
  expect(CODES.map(([name, value]) => shownAs(arabic, name, value))).toEqual([
    "18 عامًا فأكثر",
    "من 13 إلى 15 عامًا",
    "قيد التجهيز",
    "تصحيح شيء",
    "المملكة المتحدة",
    "العربية",
  ]);
});

test("what a person wrote is shown as it is, and moments as days", () => {
  expect(shownAs(english, "text", "2026-01-02T03:04:05Z is wrong")).toBe(
    "2026-01-02T03:04:05Z is wrong",
  );
  expect(shownAs(english, "placed_at", "2020-01-02T12:00:00Z")).toBe("Thu, 2 January 2020");
  expect(shownAs(english, "quantity", 3)).toBe(3);
  expect(shownAs(english, "line2", null)).toBeNull();
});

function erased(given: string[], waiting: string[], done = false): string {
  const moment = "2020-01-02T12:00:00Z";
  const erasure = {
    token: "t",
    asked_at: moment,
    due_at: moment,
    done_at: done ? moment : null,
    receipts: given.map((name) => ({ name, rows: 1, at: moment })),
    waiting,
  };
  return markup(Erased, { account: { erasure, problem: null, busy: false } as unknown as Account });
}

test("an erasure waits for what is to be sent only after it was tried", () => {
  const waits = "waits until what you paid is sent";
  expect(erased([], ["orders", "checkout", "viewers"])).not.toContain(waits);
  expect(erased(["checkout", "viewers"], ["orders"])).toContain(waits);
  expect(erased(["orders", "viewers"], ["checkout"])).toContain("until your payment is settled");
});

test("an erasure has a last day until it is done", () => {
  const last = "By Thu, 2 January 2020 at the latest.";
  expect(erased(["viewers"], ["orders"])).toContain(last);
  expect(erased(["viewers", "orders", "checkout"], [], true)).not.toContain(last);
});
