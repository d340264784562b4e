import { expect, test } from "vitest";
import { contrast } from "./contrast";
import { accepted, acceptedFont, acceptedGround } from "./theme";

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

test("a ground is taken when all our texts can be read on it", () => {
  expect(acceptedGround("#f2f5ee", "light")).toBe("#f2f5ee");
  expect(acceptedGround("#10201f", "dark")).toBe("#10201f");
});

test.each([
  ["#10201f", "light"],
  ["#f2f5ee", "dark"],
  ["#cccccc", "light"],
  ["white", "light"],
  [undefined, "light"],
] as const)("the ground %s is refused in the %s scheme", (ground, scheme) => {
  expect(acceptedGround(ground, scheme)).toBeNull();
});

test("an accent is measured on the brand's own ground", () => {
  expect(accepted("#1f4b49", "light", "#f2f5ee")).not.toBeNull();
  expect(accepted("#7a6a00", "light")).not.toBeNull();
  expect(accepted("#7a6a00", "light", "#e0e0d0")).toBeNull();
});

test("a font is a list of names", () => {
  expect(acceptedFont('Georgia, "Times New Roman", serif')).toBe(
    'Georgia, "Times New Roman", serif',
  );
  expect(acceptedFont("url(https://elsewhere.example/f.woff2)")).toBeNull();
  expect(acceptedFont("x; color: red")).toBeNull();
});
