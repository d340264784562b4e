import { expect, test } from "vitest";
import { numberOf, numberTyped, productOf, readNumber } from "./item-numbers";

const SHOW = { product_ids: ["vase", "mug"], item_numbers: [3, 1] };

test("a product has its number wherever it stands, and a number its product", () => {
  expect([numberOf(SHOW, "mug"), numberOf(SHOW, "vase"), numberOf(SHOW, "lamp")]).toEqual([
    1,
    3,
    null,
  ]);
  expect([productOf(SHOW, 1), productOf(SHOW, 3), productOf(SHOW, 2)]).toEqual([
    "mug",
    "vase",
    null,
  ]);
});

test.each([
  ["/12", 12],
  [" /12 ", 12],
  ["/ 12", 12],
  ["/١٢", 12],
  ["/۱۲", 12],
  ["/0012", 12],
  ["/9999", 9999],
  ["12", null],
  ["/12345", null],
  ["/12 M", null],
  ["//12", null],
  ["1/2", null],
  ["/", null],
  ["/twelve", null],
])("%s is a command for a number or is sent", (text, number) => {
  expect(numberTyped(text)).toBe(number);
});

test.each([
  ["12", 12],
  [" ١٢ ", 12],
  ["0012", 12],
  ["9999", 9999],
  ["0", null],
  ["12345", null],
  ["-1", null],
  ["1.5", null],
  ["abc", null],
  ["", null],
])("%j is a number of a product or none", (text, number) => {
  expect(readNumber(text)).toBe(number);
});
