import { expect, test } from "vitest";
import { provideShow } from "../context";
import type { Estimate, Hold, Product } from "../contract";
import type { PaymentStatus } from "../contract";
import type { ShowStore } from "../shop/store.svelte";
import { arabic, markup, namesIn, textOf } from "../testing/rendered";
import HoldClock from "./hold-clock.svelte";
import OrderSummary from "./order-summary.svelte";

const pounds = (amount: number) => ({ amount, currency: "GBP" });
const product = (id: string, en: string, ar: string): Product =>
  ({
    id,
    name: { en, ar },
    merchant: { name: { en: `${en} & Co.`, ar } },
    options: [],
    pictures: [{ url: `/${id}.webp` }],
    variants: [{ sku: id.toUpperCase(), options: {}, price: pounds(100), pictures: [] }],
  }) as unknown as Product;
const MUG = product("mug", "Dawn Mug", "كوب الفجر");
const BAG = product("bag", "Harbour Tote", "حقيبة المرفأ");
const line = (sku: string, quantity: number) => ({
  sku,
  quantity,
  unit_price: pounds(100),
  total: pounds(100 * quantity),
});

interface Held {
  lines: ReturnType<typeof line>[];
  stock?: Record<string, number>;
  payment?: PaymentStatus;
  open?: boolean;
  estimate?: Estimate | null;
  left?: boolean;
}

function shown({
  lines,
  stock = {},
  payment = "open",
  open = true,
  estimate = null,
  left = false,
}: Held): ShowStore {
  const hold = {
    id: "hold_1",
    expires_at: new Date(Date.now() + 272_000).toISOString(),
    lines,
    total: pounds(lines.reduce((sum, each) => sum + each.total.amount, 0)),
  } as unknown as Hold;
  return {
    catalog: [MUG, BAG],
    stock,
    page: { hold_seconds: 300 },
    serverNow: () => Date.now(),
    delivery: { estimate, sumOf: () => estimate?.total ?? null },
    coupons: { left, claims: left ? [{}] : [] },
    buying: {
      hold,
      open: open ? hold : null,
      payment,
      underWay: payment === "pending" || payment === "needs_confirmation",
      busy: false,
    },
  } as unknown as ShowStore;
}

const summary = (held: Held, words?: typeof arabic) =>
  markup(
    OrderSummary,
    {},
    { ...(words ? { words } : {}), provide: () => provideShow(shown(held)) },
  );
const clock = (held: Held, named: boolean, words?: typeof arabic) =>
  textOf(
    markup(
      HoldClock,
      { named },
      { ...(words ? { words } : {}), provide: () => provideShow(shown(held)) },
    ),
  );

test("the sum and every product of the hold are named, each with its price", () => {
  const text = textOf(summary({ lines: [line("MUG", 2), line("BAG", 1)] }));

  expect(text).toMatch(/^Your order 3 pieces £3\.00/);
  expect(text).toContain("Dawn Mug");
  expect(text).toContain("£2.00");
  expect(text).toContain("Harbour Tote");
  expect(text).toContain("Sold by Dawn Mug & Co. and Harbour Tote & Co.");
});

test("every line has a quantity and a way off the order, by name", () => {
  const names = namesIn(summary({ lines: [line("MUG", 2), line("BAG", 1)] }));

  expect(names).toContain("Quantity: Dawn Mug");
  expect(names).toContain("Take off the order: Dawn Mug");
  expect(names).toContain("Quantity: Harbour Tote");
});

test("the only line goes by giving the hold back", () => {
  const html = summary({ lines: [line("MUG", 1)] });

  expect(namesIn(html).some((name) => name.startsWith("Take off"))).toBe(false);
  expect(textOf(html)).toContain("Put it back on the shelf");
});

test("no more can be added than the shop has or holds for one person", () => {
  const more = (held: Held) => /<button[^>]*disabled[^>]*aria-label="One more/.test(summary(held));

  expect(more({ lines: [line("MUG", 2)], stock: { MUG: 1 } })).toBe(false);
  expect(more({ lines: [line("MUG", 2)], stock: { MUG: 0 } })).toBe(true);
  expect(more({ lines: [line("MUG", 10)], stock: { MUG: 90 } })).toBe(true);
});

test.each(["pending", "needs_confirmation"] as const)(
  "nothing can be changed while a payment is %s",
  (payment) => {
    const html = summary({ lines: [line("MUG", 2), line("BAG", 1)], payment });

    expect(namesIn(html).filter((name) => name.startsWith("Quantity"))).toEqual([]);
    expect(textOf(html)).not.toContain("Put it back on the shelf");
    expect(textOf(html)).toContain("2 pieces");
  },
);

test("a hold that has ended is shown as it was, and cannot be changed", () => {
  const html = summary({ lines: [line("MUG", 2)], open: false });

  expect(textOf(html)).not.toContain("The price cannot change while it is held");
  expect(namesIn(html).filter((name) => name.startsWith("Quantity"))).toEqual([]);
});

test("the summary speaks Arabic", () => {
  const text = textOf(summary({ lines: [line("MUG", 2), line("BAG", 1)] }, arabic));

  expect(text).toContain("كوب الفجر");
  expect(text).toContain("حقيبة المرفأ");
  expect(text).not.toMatch(/[a-z]{3}/i);
});

test("the clock beside the picture names what is held, or counts it", () => {
  expect(clock({ lines: [line("MUG", 3)] }, true)).toMatch(/^Held: Dawn Mug 4:3\d/);
  expect(clock({ lines: [line("MUG", 1), line("BAG", 1)] }, true)).toMatch(/^2 products held/);
  expect(clock({ lines: [line("MUG", 1), line("BAG", 1)] }, true, arabic)).toMatch(/^منتجان/);
  expect(clock({ lines: [line("MUG", 1)] }, false)).toMatch(/^Held for you/);
});

const MAKER = { id: "mer_1", name: { en: "Mug & Co.", ar: "كوب الفجر" } };
const ESTIMATE = {
  country: "GB",
  countries: ["GB"],
  postal_code_needed: true,
  delivery_gone: [],
  coupons_passed: [],
  total: pounds(595),
  sellers: [
    {
      seller: MAKER,
      delivered: true,
      goods: pounds(200),
      chosen: "dlv_1",
      total: pounds(595),
      reasons: [],
      identity: null,
      terms: [],
      exceptions: [],
      coupon: null,
      offers: [
        {
          id: "dlv_1",
          name: { en: "Standard", ar: "عادي" },
          price: pounds(395),
          earliest: "2026-12-01",
          latest: "2026-12-03",
        },
      ],
    },
  ],
} satisfies Estimate;

test("delivery has a line of its own, with its days, in the sum that is paid", () => {
  const text = textOf(summary({ lines: [line("MUG", 2)], estimate: ESTIMATE }));

  expect(text).toContain("Goods £2.00");
  expect(text).toContain("Delivery, Tue 1 December to Thu 3 December £3.95");
  expect(text).toContain("Together £5.95");
  expect(text.startsWith("Your order 2 pieces £5.95")).toBe(true);
});

const COUPON = {
  coupon_id: "cpn_1",
  name: { en: "Slow morning", ar: "صباح هادئ" },
  amount: pounds(50),
  less: pounds(-50),
  lines: [pounds(50)],
  terms: { en: ["Once for each person."], ar: ["مرة واحدة لكل شخص."] },
};

test("a coupon is a line with a minus, with its terms and the way to take it away", () => {
  const seller = { ...ESTIMATE.sellers[0]!, coupon: COUPON };
  const estimate = { ...ESTIMATE, sellers: [seller] };
  const html = summary({ lines: [line("MUG", 2)], estimate });
  const text = textOf(html);

  expect(text).toContain("Coupon, Slow morning −£0.50");
  expect(text).toContain("Once for each person.");
  expect(namesIn(html)).toContain("Remove the coupon Slow morning");
  expect(textOf(summary({ lines: [line("MUG", 2)], estimate, payment: "pending" }))).not.toContain(
    "Remove",
  );
});

test("a coupon that was taken away can be used again, and one that takes nothing off says why", () => {
  const passed = [
    { name: COUPON.name, why: "minimum", short: pounds(100), words: { en: "£1.00 more.", ar: "" } },
  ];
  const estimate = { ...ESTIMATE, coupons_passed: passed } as unknown as Estimate;

  expect(textOf(summary({ lines: [line("MUG", 2)], estimate }))).toContain("£1.00 more.");
  const left = textOf(summary({ lines: [line("MUG", 2)], estimate, left: true }));
  expect(left).toContain("Coupon removed. You still have it. Use the coupon");
  expect(left).not.toContain("£1.00 more.");
});
