import { expect, test } from "vitest";
import { jumpsIn, momentAt, positionAt, stretchesOf, type Stretch } from "./stretches";

const START = Date.UTC(2026, 10, 26, 19);
/** Ten seconds of show, forty without a picture, six more. */
const SHOW: Stretch[] = [
  { at: 0, moment: START, seconds: 10 },
  { at: 10, moment: START + 50_000, seconds: 6 },
];

test("segments that follow each other are one stretch", () => {
  const segments = [0, 2, 4].map((at) => ({ at, moment: START + at * 1000 + at, seconds: 2 }));

  expect(stretchesOf(segments)).toEqual([{ at: 0, moment: START, seconds: 6 }]);
});

test("a jump of the show clock begins another stretch", () => {
  const segments = [
    { at: 0, moment: START, seconds: 2 },
    { at: 2, moment: START + 42_000, seconds: 2 },
    { at: 4, moment: START + 44_000, seconds: 2 },
  ];

  expect(stretchesOf(segments)).toEqual([
    { at: 0, moment: START, seconds: 2 },
    { at: 2, moment: START + 42_000, seconds: 4 },
  ]);
  expect(stretchesOf([])).toEqual([]);
});

test.each([
  [0, START],
  [9.5, START + 9500],
  [10, START + 50_000],
  [12.5, START + 52_500],
  [-1, START - 1000],
])("at %d s the show clock is known", (position, moment) => {
  expect(momentAt(SHOW, position)).toBe(moment);
});

test.each([
  [START, 0],
  [START + 9500, 9.5],
  [START + 30_000, 10],
  [START + 52_500, 12.5],
  [START - 5000, 0],
  [START + 999_000, 16],
])("a moment has its place in the video", (moment, position) => {
  expect(positionAt(SHOW, moment)).toBe(position);
});

test("without video there is neither", () => {
  expect(momentAt([], 3)).toBeNull();
  expect(positionAt([], START)).toBeNull();
});

test("what is missing is said where it is missing", () => {
  expect(jumpsIn(SHOW)).toEqual([{ at: 10, away: 40 }]);
  expect(jumpsIn(SHOW.slice(0, 1))).toEqual([]);
});
