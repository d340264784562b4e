import { expect, test, vi } from "vitest";
import type { Problem } from "../api/client";
import { provideShow } from "../context";
import type { Product } from "../contract";
import type { ShowStore } from "../shop/store.svelte";
import { arabic, english, markup, textOf } from "../testing/rendered";
import ProductSheet from "./product-sheet.svelte";

const VASE = {
  id: "vase",
  name: { en: "Olive Grove Vase", ar: "مزهرية بستان الزيتون" },
  summary: { en: "", ar: "" },
  description: { en: "", ar: "" },
  merchant: { name: { en: "Loamwick", ar: "لوم ويك" } },
  options: [],
  pictures: [],
  variants: [{ sku: "VASE", options: {}, price: { amount: 5200, currency: "GBP" }, pictures: [] }],
} as unknown as Product;

function sheet(left: number, problem: Problem | null, words = english, takesOrders = true): string {
  const store = {
    page: { hold_seconds: 300 },
    show: { state: "live", slug: "kiln", product_ids: ["vase"], item_numbers: [12] },
    sells: true,
    takesOrders,
    stock: { VASE: left },
    forMe: { VASE: left },
    buying: { problem, open: null, underWay: false, busy: false, heldOf: () => 0 },
  } as unknown as ShowStore;
  return textOf(
    markup(ProductSheet, { product: VASE }, { words, provide: () => provideShow(store) }),
  );
}
const short = (available: number): Problem => ({
  code: "sold_out",
  status: 409,
  lines: [{ sku: "VASE", available }],
});

test.each([english, arabic])(
  "who asks for more than are left is told how many there are",
  (words) => {
    const text = sheet(2, short(2), words);

    expect(text).toContain(words.t("product.left", { count: 2 }));
    expect(text).toContain(words.t("product.choose_fewer"));
    expect(text).not.toContain(
      words.t("product.combination_gone", { choice: words.pick(VASE.name) }),
    );
  },
);

test("the sheet says the number that the host reads aloud", () => {
  expect(sheet(2, null)).toContain("12 Olive Grove Vase");
});

test("what nobody can have any more is sold out", () => {
  expect(sheet(2, short(0))).toContain("Olive Grove Vase is sold out");
  expect(sheet(0, null)).toContain("Olive Grove Vase is sold out");
  expect(sheet(2, null)).not.toContain("sold out");
});

test.each([english, arabic])(
  "where no form can be sent, the show's own page is the way",
  (words) => {
    vi.stubGlobal("location", { href: "https://shop.example/embed/kiln?lang=ar&parent=x" });
    const text = sheet(2, null, words, false);
    vi.unstubAllGlobals();

    expect(text).toContain(words.t("hold.not_here"));
    expect(text).toContain("https://shop.example/s/kiln");
    expect(text).not.toContain(words.t("hold.and_check_out"));
  },
);
