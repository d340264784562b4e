import { expect, test } from "vitest";
import type { Call } from "../api/client";
import { Refused } from "../api/client";
import type { DeskProduct, DeskVariant } from "../contract";
import { english, arabic, markup, textOf } from "../testing/rendered";
import { NewProductForm, newRow } from "./product-form.svelte";
import { after, changesOf, missingAfter, ProductDesk } from "./product.svelte";
import { piecesOf, priceOf, Products, standOf } from "./products.svelte";
import PricePanel from "./price-panel.svelte";
import StockPanel from "./stock-panel.svelte";

const variant = (more: Partial<DeskVariant> = {}): DeskVariant => ({
  sku: "MUG-1",
  in_stock: 9,
  held: 2,
  short: 0,
  waiting: 0,
  for_own_shop: 7,
  version: 41,
  buyer_limit: null,
  lease: null,
  report: null,
  options: {},
  prices: [{ amount: 2200, currency: "GBP" }],
  pictures: [],
  ...more,
});
const both = (text: string) => ({ en: text, ar: `«${text}»` });
const product = (...variants: DeskVariant[]): DeskProduct => ({
  id: "prod_1",
  merchant_id: "mer_1",
  slug: "mug",
  name: both("Mug"),
  summary: both("A mug"),
  description: both("Good."),
  options: [],
  pictures: [],
  no_withdrawal: null,
  variants: variants.length ? variants : [variant()],
});

function server(refuse: Record<string, string> = {}) {
  const asked: { path: string; options: Call }[] = [];
  const request = <T>(path: string, options: Call = {}): Promise<T> => {
    asked.push({ path, options });
    const code = refuse[path];
    if (code) return Promise.reject(new Refused({ code, status: 409 }));
    if (path.startsWith("/catalog/counts")) return Promise.resolve({ counts: { all: 1 } } as T);
    if (path.startsWith("/catalog/")) return Promise.resolve(product() as T);
    if (path.startsWith("/catalog"))
      return Promise.resolve({ items: [product()], next_cursor: null } as T);
    return Promise.resolve({ prices: [], changes: [], id: "prod_1" } as T);
  };
  return { asked, studio: { request } };
}

test("what stands on the list follows from the pieces", () => {
  expect(standOf(product())).toBe("ready");
  expect(standOf(product(variant({ in_stock: 3 })))).toBe("low");
  expect(standOf(product(variant({ in_stock: 0 })))).toBe("sold_out");
  expect(standOf(product(variant({ in_stock: -2, short: 2 })))).toBe("short");
  const other = variant({ prices: [{ amount: 100, currency: "EUR" }] });
  const cheap = variant({ prices: [{ amount: 1900, currency: "GBP" }] });
  expect(priceOf(product(variant(), other, cheap))).toEqual({ amount: 1900, currency: "GBP" });
  expect(priceOf(product(variant({ prices: [] })))).toBeNull();
  const prices = ["EGP", "GBP"].map((currency) => ({ amount: 100, currency }));
  const abroad = variant({ prices });
  expect(priceOf(product(abroad), "GBP")?.currency).toBe("GBP");
  expect(priceOf(product(abroad), "USD")?.currency).toBe("EGP");
});

test("pieces are read in digits of either script", () => {
  expect([piecesOf("12"), piecesOf("١٢"), piecesOf("۷")]).toEqual([12, 12, 7]);
  expect([piecesOf(""), piecesOf("-1"), piecesOf("1.5"), piecesOf("2000000")]).toEqual([
    null,
    null,
    null,
    null,
  ]);
});

test("a reason says what the count becomes, and what would be missing", () => {
  expect(after(variant(), "counted", 4)).toBe(4);
  expect(after(variant(), "arrived", 4)).toBe(13);
  expect(after(variant(), "damaged", 4)).toBe(5);
  expect(missingAfter(variant(), 1)).toBe(1);
  expect(missingAfter(variant(), 2)).toBe(0);
});

test("only words that were changed are sent", () => {
  const known = product();
  const texts = { name: both("Cup"), summary: known.summary, description: known.description };
  expect(changesOf(known, texts)).toEqual({ name: both("Cup") });
});

test("the list looks for words in all products and remembers them", async () => {
  const { asked, studio } = server();
  const products = new Products(studio, "#filter=sold_out");
  await products.load();
  await products.search("mug");
  expect(asked.map(({ path }) => path)).toEqual([
    "/catalog?limit=50&filter=sold_out",
    "/catalog?limit=50&filter=all&q=mug",
  ]);
  expect(products.items).toHaveLength(1);
});

test("a count names the version that was looked at, and is asked again under its key", async () => {
  const { asked, studio } = server({ "/products/prod_1/stock": "stock_version_old" });
  const desk = new ProductDesk(studio, "prod_1");
  desk.product = product();
  expect(await desk.stock("MUG-1", "counted", 4, "")).toBe(false);
  expect(await desk.stock("MUG-1", "damaged", 1, "torn")).toBe(false);
  const [count, damaged] = asked.filter(({ options }) => options.method === "POST");
  expect(count!.options.body).toMatchObject({ reason: "counted", pieces: 4, version: 41 });
  expect(damaged!.options.body).toMatchObject({ reason: "damaged", version: null });
  expect(damaged!.options.key).not.toBe(count!.options.key);
  expect(desk.problem?.code).toBe("stock_version_old");
});

test("a product is made once, and its pieces arrive under the same key", async () => {
  const { asked, studio } = server();
  const form = new NewProductForm(studio, "mer_1");
  expect(form.wrong?.field).toBe("new-name-en");
  form.texts = { name: both("Bowl"), summary: both("Bowl"), description: both("Bowl") };
  form.currency = "GBP";
  form.rows = [{ ...newRow(), sku: "BOWL", price: "9.50", pieces: "x" }];
  expect(form.wrong?.field).toBe("new-pieces-0");
  form.rows[0]!.pieces = "5";
  expect(await form.save()).toBe("prod_1");
  expect(await form.save()).toBe("prod_1");
  const made = asked.filter(({ path }) => path === "/products");
  const arrived = asked.filter(({ path }) => path.endsWith("/stock"));
  expect(made).toHaveLength(1);
  expect(made[0]!.options.body).toMatchObject({
    merchant_id: "mer_1",
    variants: [{ sku: "BOWL", options: {}, prices: [{ amount: 950, currency: "GBP" }] }],
  });
  expect(new Set(arrived.map(({ options }) => options.key)).size).toBe(1);
});

test("variants need a value each", () => {
  const form = new NewProductForm(server().studio);
  form.texts = { name: both("Bowl"), summary: both("Bowl"), description: both("Bowl") };
  form.varies = true;
  expect(form.wrong?.field).toBe("new-axis-en");
  form.axis = both("Size");
  expect(form.wrong?.field).toBe("new-value-0");
  form.rows = [{ value: both("Small"), sku: "B-S", price: "9", pieces: "" }];
  expect(form.wrong).toBeNull();
  expect(form.body).toMatchObject({
    axes: { option: both("Size") },
    variants: [{ options: { option: both("Small") } }],
  });
});

test("panels say what they are about in both languages", () => {
  const nothing = () => undefined;
  const props = { variant: variant(), busy: false, save: nothing, close: nothing };
  expect(textOf(markup(StockPanel, props))).toContain("In stock: 9");
  expect(textOf(markup(StockPanel, props, { words: arabic }))).toContain("في المخزن: 9");
  expect(textOf(markup(PricePanel, props, { words: english }))).toContain("2 pieces are held");
});
