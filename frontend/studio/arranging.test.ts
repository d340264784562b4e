import { expect, test } from "vitest";
import { keyTarget, landing, moved } from "./arranging";

const shelf = ["a", "b", "c", "d"];

test("one product moves and the others keep their order", () => {
  expect(moved(shelf, 0, 2)).toEqual(["b", "c", "a", "d"]);
  expect(moved(shelf, 3, 0)).toEqual(["d", "a", "b", "c"]);
  expect(moved(shelf, 1, 1)).toEqual(shelf);
  expect(moved(shelf, 1, 99)).toEqual(["a", "c", "d", "b"]);
  expect(moved(shelf, 9, 0)).toEqual(shelf);
  expect(shelf).toEqual(["a", "b", "c", "d"]);
});

test.each([
  [0, 2, false, ["b", "a", "c", "d"]],
  [0, 2, true, ["b", "c", "a", "d"]],
  [3, 1, false, ["a", "d", "b", "c"]],
  [3, 1, true, ["a", "b", "d", "c"]],
  [1, 1, true, shelf],
  [1, 1, false, shelf],
])("row %i let go over row %i (lower half: %s) lands beside it", (from, over, lower, order) => {
  expect(moved(shelf, from, landing(from, over, lower))).toEqual(order);
});

test("keys move within the shelf only", () => {
  expect(keyTarget("ArrowUp", 1, 4)).toBe(0);
  expect(keyTarget("ArrowDown", 1, 4)).toBe(2);
  expect(keyTarget("Home", 3, 4)).toBe(0);
  expect(keyTarget("End", 1, 4)).toBe(3);
  expect([
    keyTarget("ArrowUp", 0, 4),
    keyTarget("ArrowDown", 3, 4),
    keyTarget("End", 3, 4),
    keyTarget("n", 1, 4),
  ]).toEqual([null, null, null, null]);
});
