import { expect, test } from "vitest";
import type { Money, Product } from "../contract";
import { arabic, english, markup, textOf } from "../testing/rendered";
import ProductPrice from "./product-price.svelte";

const pounds = (amount: number): Money => ({ amount, currency: "GBP" });
const prior = { price: pounds(10000), until: "9000-01-01T00:00:00.000Z" };
const mug = (prior_price: typeof prior | null) =>
  ({
    id: "mug",
    variants: [{ sku: "M", options: {}, price: pounds(7000), prior_price, pictures: [] }],
  }) as unknown as Product;
const read = (product: Product, then: Money | null = null, words = english) =>
  textOf(markup(ProductPrice, { product, then }, { words }));

test("a reduced price stands beside the lowest of the thirty days before", () => {
  expect(read(mug(prior))).toContain(`£70.00 ${english.t("product.prior_price")} £100.00`);
  expect(markup(ProductPrice, { product: mug(prior) })).toMatch(/<s [^>]*>.*£100.00.*<\/s>/s);
  expect(read(mug(prior), null, arabic)).toContain(arabic.t("product.prior_price"));
  expect(read(mug(null))).toBe("£70.00");
});

test("what was asked in a recording is named only where it was less", () => {
  expect(read(mug(null), pounds(6000))).toContain(english.t("replay.was", { price: pounds(6000) }));
  expect(read(mug(null), pounds(9000))).toBe("£70.00");
});
