import { expect, test } from "vitest";
import type { Product } from "../contract";
import { arabic, english } from "../testing/rendered";
import { optionsOf } from "../shop/options-of";
import { whole } from "./plan-form";

test.each([
  ["10", 10],
  ["١٠", 10],
  ["۱۰", 10],
  ["0", null],
  ["٠", null],
  ["11", null],
  ["", null],
  ["1.5", null],
])("%s is %s of 1 to 10", (typed, number) => {
  expect(whole(typed, 10)).toBe(number);
});

const axis = (code: string, name: { en: string; ar: string }) => ({
  code,
  name: { en: code, ar: code },
  values: [{ code: "one", name }],
});
const mug = {
  options: [
    axis("glaze", { en: "Sea salt", ar: "ملح البحر" }),
    axis("size", { en: "Large", ar: "كبير" }),
  ],
  variants: [
    { sku: "MUG", options: { glaze: "one", size: "one" } },
    { sku: "PLAIN", options: {} },
  ],
} as unknown as Product;

test("a variant is called by its options", () => {
  expect(optionsOf(mug, "MUG", english)).toBe("Sea salt, Large");
  expect(optionsOf(mug, "MUG", arabic)).toBe("ملح البحر، كبير");
  expect([optionsOf(mug, "PLAIN", english), optionsOf(mug, "NONE", english)]).toEqual(["", ""]);
});
