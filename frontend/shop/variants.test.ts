import { expect, test } from "vitest";
import type { Product, Variant } from "../contract";
import {
  choose,
  firstChoice,
  leftOf,
  lowestPrice,
  offer,
  priorPrice,
  variantFor,
} from "./variants";

const variant = (sku: string, colour: string, size: string, amount = 100): Variant => ({
  sku,
  options: { colour, size },
  price: { amount, currency: "GBP" },
  prior_price: null,
  pictures: [],
});
/** Green is not made in L. */
const shirt = {
  id: "p",
  variants: [
    variant("RS", "red", "s"),
    variant("RL", "red", "l", 120),
    variant("GS", "green", "s"),
  ],
} as unknown as Product;

test("the first choice is the first in stock", () => {
  expect(firstChoice(shirt, { RS: 0, RL: 2, GS: 1 })).toEqual({ colour: "red", size: "l" });
  expect(firstChoice(shirt, { RS: 0, RL: 0, GS: 0 })).toEqual({ colour: "red", size: "s" });
});

test("each value says whether it can be had with what is chosen", () => {
  const stock = { RS: 0, RL: 1, GS: 1 };

  expect(offer(shirt, { colour: "red", size: "l" }, "size", "s", stock)).toBe("gone");
  expect(offer(shirt, { colour: "red", size: "l" }, "colour", "green", stock)).toBe("impossible");
  expect(offer(shirt, { colour: "red", size: "s" }, "size", "l", stock)).toBe("ok");
});

test("nothing is called sold out before the room has said so", () => {
  expect(offer(shirt, { colour: "red", size: "l" }, "size", "s", {})).toBe("ok");
  expect(leftOf(shirt, { RS: 1 })).toBeNull();
});

test("choosing what is not made moves the other axis", () => {
  expect(choose(shirt, { colour: "red", size: "l" }, "colour", "green")).toEqual({
    colour: "green",
    size: "s",
  });
  expect(choose(shirt, { colour: "red", size: "s" }, "size", "l")).toEqual({
    colour: "red",
    size: "l",
  });
});

test("a product without options has its one variant", () => {
  const one = {
    id: "p",
    variants: [{ ...variant("A", "", ""), options: {} }],
  } as unknown as Product;

  expect(variantFor(one, {})?.sku).toBe("A");
});

test("the lowest price says whether others differ; without a price there is none", () => {
  expect(lowestPrice(shirt)).toEqual({
    price: { amount: 100, currency: "GBP" },
    varies: true,
    prior: null,
  });
  expect(lowestPrice({ ...shirt, variants: [] })).toBeNull();
});

const reduced = (sku: string, size: string, amount: number, before: number): Variant => ({
  ...variant(sku, "red", size, amount),
  prior_price: { price: { amount: before, currency: "GBP" }, until: "2026-12-24T12:00:00.000Z" },
});
const DAY_BEFORE = Date.parse("2026-12-23T12:00:00.000Z");
const DAY_AFTER = Date.parse("2026-12-25T12:00:00.000Z");

test("a price is called reduced until the server's day, and no longer", () => {
  const mug = reduced("M", "s", 70, 100);

  expect(priorPrice(mug, DAY_BEFORE)).toEqual({ amount: 100, currency: "GBP" });
  expect(priorPrice(mug, DAY_AFTER)).toBeNull();
  expect(priorPrice(variant("V", "red", "s"), DAY_BEFORE)).toBeNull();
});

test("a product is reduced as a whole only where that is true of each option", () => {
  const of = (...variants: Variant[]) =>
    lowestPrice({ ...shirt, variants } as Product, DAY_BEFORE)?.prior ?? null;

  expect(of(reduced("A", "s", 70, 100), reduced("B", "l", 70, 100))?.amount).toBe(100);
  expect(of(reduced("A", "s", 70, 100), reduced("B", "l", 70, 90))).toBeNull();
  expect(of(reduced("A", "s", 70, 100), variant("B", "red", "l", 70))).toBeNull();
  expect(of(reduced("A", "s", 70, 100), reduced("B", "l", 80, 100))).toBeNull();
});
