import { expect, test } from "vitest";
import { nextAfterHole, watch } from "./standstill";

test("a standstill is counted from the last progress", () => {
  let seen = watch({ at: 0, since: 0 }, 5, 100);
  seen = watch(seen, 5, 101);
  expect(seen).toEqual({ at: 5, since: 100 });
  expect(watch(seen, 5.2, 102)).toEqual({ at: 5.2, since: 102 });
});

test("a hole is jumped after a moment, to just inside what comes behind it", () => {
  const loaded = [
    [36, 54.6],
    [56, 58],
  ] as const;

  expect(nextAfterHole(54.6, loaded, 0.5)).toBeNull();
  expect(nextAfterHole(54.6, loaded, 1)).toBeCloseTo(56.05);
  expect(nextAfterHole(54.7, loaded, 1)).toBeCloseTo(56.05);
});

test("nothing is jumped while there is something to play here, or hardly anything there", () => {
  expect(
    nextAfterHole(
      50,
      [
        [36, 54.6],
        [56, 58],
      ],
      5,
    ),
  ).toBeNull();
  expect(
    nextAfterHole(
      54.6,
      [
        [36, 54.6],
        [56, 56.1],
      ],
      5,
    ),
  ).toBeNull();
  expect(nextAfterHole(54.6, [[36, 54.6]], 5)).toBeNull();
});
