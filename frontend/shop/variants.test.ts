import { expect, test } from "vitest";
import type { Product, Variant } from "../contract";
import { choose, firstChoice, leftOf, lowestPrice, offer, variantFor } from "./variants";

const variant = (sku: string, colour: string, size: string, amount = 100): Variant => ({
  sku,
  options: { colour, size },
  price: { amount, currency: "GBP" },
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
  expect(lowestPrice(shirt)).toEqual({ price: { amount: 100, currency: "GBP" }, varies: true });
  expect(lowestPrice({ ...shirt, variants: [] })).toBeNull();
});
