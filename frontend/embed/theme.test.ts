import { expect, test } from "vitest";
import { contrast } from "./contrast";
import { accepted } from "./theme";

test("contrast is WCAG's", () => {
  expect(contrast([0, 0, 0], [255, 255, 255])).toBeCloseTo(21);
  expect(contrast([0x76, 0x76, 0x76], [255, 255, 255])).toBeCloseTo(4.54, 1);
});

test("an accent that can be read is taken, with words that can be read on it", () => {
  expect(accepted("#1f4b49", "light")).toEqual({ accent: "#1f4b49", on: "#ffffff" });
  expect(accepted("#b9d8c8", "dark")).toEqual({ accent: "#b9d8c8", on: "#2b1424" });
});

test.each([
  ["#ffd400", "light"],
  ["#1f4b49", "dark"],
  ["#767676", "light"],
  ["red", "light"],
  [undefined, "light"],
] as const)("%s is refused in the %s scheme", (accent, scheme) => {
  expect(accepted(accent, scheme)).toBeNull();
});
