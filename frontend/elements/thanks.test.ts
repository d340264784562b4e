import { expect, test } from "vitest";
import { provideShow } from "../context";
import type { Product } from "../contract";
import type { ShowStore } from "../shop/store.svelte";
import { arabic, english, markup, textOf } from "../testing/rendered";
import Thanks from "./thanks.svelte";

const pounds = (amount: number) => ({ amount, currency: "GBP" });

const product = (id: string, en: string, ar: string): Product =>
  ({
    id,
    name: { en, ar },
    summary: { en: "", ar: "" },
    merchant: { name: { en: "Loamwick", ar: "لوم ويك" } },
    options: [],
    pictures: [],
    variants: [{ sku: id, options: {}, price: pounds(5200), pictures: [] }],
  }) as unknown as Product;

const VASE = product("VASE", "Olive Grove Vase", "مزهرية بستان الزيتون");
const BOWL = product("BOWL", "Dune Bowl", "وعاء الكثبان");
const LOAMWICK = {
  id: "order_1",
  number: "SF-1",
  page: "/o/one",
  seller: { en: "Loamwick", ar: "لوم ويك" },
  total: pounds(5200),
};
const TALLOW = {
  ...LOAMWICK,
  id: "order_2",
  number: "SF-2",
  page: "/o/two",
  seller: { en: "Tallow", ar: "تالو" },
  total: pounds(1899),
};

interface Shop {
  mails?: boolean;
  test?: boolean;
  orders?: (typeof LOAMWICK)[];
  stock?: Record<string, number>;
}

function thanks(
  { mails = true, test = false, orders = [LOAMWICK], stock = {} }: Shop,
  words = english,
): string {
  const store = {
    page: { mails, payments: { test } },
    show: { products: [VASE, BOWL] },
    catalog: [VASE, BOWL],
    stock,
    form: null,
    buying: {
      hold: { lines: [{ sku: "VASE", quantity: 1 }] },
      orders,
      details: { email: "noor@example.org", address: { name: "Noor Haddad" } },
    },
  } as unknown as ShowStore;
  return markup(Thanks, {}, { words, provide: () => provideShow(store) });
}

test.each([english, arabic])("a mail is promised only where mails are sent", (words) => {
  const said = (key: "thanks.mailed" | "thanks.placed") =>
    words
      .t(key, { count: 1, sellers: words.pick(LOAMWICK.seller), email: "noor@example.org" })
      .replace(/\s+/g, " ");

  const withMails = textOf(thanks({ mails: true }, words));
  const without = textOf(thanks({ mails: false }, words));

  expect(withMails).toContain(said("thanks.mailed"));
  expect(withMails).not.toContain(said("thanks.placed"));
  expect(without).toContain(said("thanks.placed"));
  expect(without).not.toContain(said("thanks.mailed"));
});

test("each seller's order has its number, its page and its part of the sum", () => {
  const page = thanks({ orders: [LOAMWICK, TALLOW] });

  for (const { number, page: address } of [LOAMWICK, TALLOW]) {
    expect(page).toContain(`href="${address}"`);
    expect(textOf(page)).toContain(number);
  }
  const text = textOf(page);
  expect(text).toContain("Loamwick and Tallow have your orders");
  expect(text).toContain("£52.00");
  expect(text).toContain("£18.99");
  expect(text).toContain("£70.99");
});

test("only a demonstration says that no money moved", () => {
  expect(textOf(thanks({ test: true }))).toContain(english.t("thanks.test"));
  expect(textOf(thanks({ test: false }))).not.toContain(english.t("thanks.test"));
});

test("what else is shown can still be had, and is not what was bought", () => {
  const more = (stock: Record<string, number>) =>
    thanks({ stock }).split('class="after"')[1] ?? null;

  expect(more({ VASE: 3, BOWL: 2 })).toContain("Dune Bowl");
  expect(more({ VASE: 3, BOWL: 2 })).not.toContain("Olive Grove Vase");
  expect(more({ VASE: 3, BOWL: 0 })).toBeNull();
});
