import { expect, test } from "vitest";
import { type Catalog, clock, language, precision } from "./i18n";

// The catalogs have one file an area. Vite reads the options of a glob before the test runs.
const english = language(
  "en",
  joined(
    import.meta.glob<Catalog>("../../src/showfloor/kit/messages/en/*.json", {
      eager: true,
      import: "default",
    }),
  ),
);
const arabic = language(
  "ar",
  joined(
    import.meta.glob<Catalog>("../../src/showfloor/kit/messages/ar/*.json", {
      eager: true,
      import: "default",
    }),
  ),
);

function joined(areas: Record<string, Catalog>): Catalog {
  return Object.assign({}, ...Object.values(areas)) as Catalog;
}

test("a price has its symbol first in English and after a no-break space in Arabic", () => {
  expect(english.price({ amount: 1234567, currency: "GBP" })).toBe("£12,345.67");
  expect(arabic.price({ amount: 1234567, currency: "GBP" })).toBe("12,345.67\u00a0£");
  expect(arabic.price({ amount: -366, currency: "GBP" })).toBe("\u200e-3.66\u00a0£");
  expect(arabic.price({ amount: 89000, currency: "EGP" })).toBe("890.00\u00a0ج.م");
});

test("a symbol made of letters is set off in English", () => {
  expect(english.price({ amount: 47200, currency: "AED" })).toBe("AED\u00a0472.00");
});

test("currencies keep their own decimals", () => {
  expect([precision("USD"), precision("JPY"), precision("KWD")]).toEqual([2, 0, 3]);
  expect(english.price({ amount: 1999, currency: "KWD" })).toBe("KWD\u00a01.999");
  expect(english.price({ amount: 1999, currency: "JPY" })).toBe("JPY\u00a01,999");
});

test.each([
  [0, "لا منتجات"],
  [1, "منتج واحد"],
  [2, "منتجان"],
  [6, "6 منتجات"],
  [24, "24 منتجًا"],
  [100, "100 منتج"],
  [103, "103 منتجات"],
  [111, "111 منتجًا"],
])("Arabic counts %i products by the last two digits", (count, words) => {
  expect(arabic.t("shelf.products", { count })).toBe(words);
});

test("numbers use European digits in both languages", () => {
  expect(english.number(1284)).toBe("1,284");
  expect(arabic.number(1284)).toBe("1,284");
  expect(arabic.number(0.9, 1)).toBe("0.9");
});

test("holes take numbers and money as the language writes them", () => {
  const text = english.t("product.price_changed_text", {
    before: { amount: 11800, currency: "USD" },
    now: { amount: 12400, currency: "USD" },
  });

  expect(text).toContain("It was $118.00 when you opened this, and is now $124.00.");
});

test("a missing key shows itself rather than nothing", () => {
  expect(english.t("no.such.key")).toBe("no.such.key");
});

test("the clock never shows less than nothing", () => {
  expect([clock(3872), clock(272), clock(59.2), clock(-3)]).toEqual([
    "1:04:32",
    "4:32",
    "1:00",
    "0:00",
  ]);
});

test("a name in the other direction keeps its signs to itself", () => {
  expect(arabic.t("product.sold_by", { seller: "Moss & Co." })).toContain("\u2068Moss & Co.\u2069");
  expect(arabic.t("product.sold_by", { seller: "لوم ويك" })).not.toContain("\u2068");
  expect(english.t("product.sold_by", { seller: "لوم ويك" })).toContain("\u2068");
});

test("names in one sentence keep their own direction, and the sentence keeps its order", () => {
  const names = ["Loamwick", "لوم ويك"];

  expect(arabic.list(names)).toBe("\u2068Loamwick\u2069 ولوم ويك");
  expect(arabic.list(names, "comma")).toBe("\u2068Loamwick\u2069، لوم ويك");
  expect(english.list(names)).toBe("Loamwick and \u2068لوم ويك\u2069");
  expect(english.list(["Loamwick"])).toBe("Loamwick");
});
