import { expect, test } from "vitest";
import { Starts } from "./starts.svelte";

const now = Date.parse("2027-01-01T00:00:00Z");
const typed = (wall: string) => {
  const starts = new Starts("Europe/London");
  starts.wall = wall;
  return starts;
};

test("a time is asked for, and one that is still to come", () => {
  expect(typed("").problem(now)).toBe("studio.field_starts");
  expect(typed("2026-12-31T23:00").problem(now)).toBe("studio.field_starts_past");
  expect(typed("2027-02-01T19:00").problem(now)).toBeUndefined();
  expect(typed("2028-12-31T19:00").problem(now)).toBeUndefined();
  expect(typed("2029-01-02T19:00").problem(now)).toBe("studio.field_starts_far");
});

test("a skipped time is no time", () => {
  const starts = typed("2027-03-28T01:30");

  expect(starts.problem(now)).toBe("studio.field_starts_skipped");
  expect(starts.moment).toBeNull();
});

test("a time that comes twice is taken only after its host has chosen", () => {
  const starts = typed("2027-10-31T01:30");

  expect(starts.problem(now)).toBe("studio.field_starts_twice");
  expect(starts.moment).toBeNull();

  starts.choice = 1;
  expect(starts.problem(now)).toBeUndefined();
  expect(starts.moment?.toISOString()).toBe("2027-10-31T01:30:00.000Z");
});

test("a moment that is edited stays the moment it was", () => {
  const starts = new Starts("Europe/London");

  starts.set("2027-10-31T00:30:20.000Z");

  expect([starts.wall, starts.choice]).toEqual(["2027-10-31T01:30", 0]);
  expect(starts.moment?.toISOString()).toBe("2027-10-31T00:30:00.000Z");
  starts.set(null);
  expect(starts.moment).toBeNull();
});
