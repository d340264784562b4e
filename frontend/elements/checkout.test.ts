import { afterEach, beforeEach, expect, test, vi } from "vitest";
import { provideShow } from "../context";
import type { Hold, PaymentStatus, Product } from "../contract";
import { emptyForm, type Form } from "../shop/form";
import type { OwnAccount } from "../shop/own-account.svelte";
import type { ShowStore } from "../shop/store.svelte";
import { arabic, markup, textOf } from "../testing/rendered";
import CheckoutGate from "./checkout-gate.svelte";
import CheckoutOutcome from "./checkout-outcome.svelte";
import Checkout from "./checkout.svelte";

const pounds = (amount: number) => ({ amount, currency: "GBP" });
const MUG = {
  id: "mug",
  name: { en: "Dawn Mug", ar: "كوب الفجر" },
  merchant: { name: { en: "Loamwick", ar: "لوم ويك" } },
  options: [],
  pictures: [{ url: "/mug.webp" }],
  variants: [{ sku: "MUG", options: {}, price: pounds(2200), pictures: [] }],
} as unknown as Product;

interface State {
  payment?: PaymentStatus;
  problem?: { code: string; detail?: string } | null;
  expired?: boolean;
  extended?: boolean;
  busy?: boolean;
  sum?: { amount: number; currency: string } | null;
  stock?: number;
  form?: Partial<Form> | null;
  declined?: string;
  payments?: object;
  /** Instead of one mug, so many kinds of it. */
  skus?: string[];
}

/** The holds that were given back. */
let given: string[] = [];

function shop(state: State = {}): ShowStore {
  const { payment = "open", expired = false, sum = pounds(2200), form = {} } = state;
  const hold = {
    id: "hold_1",
    expires_at: new Date(Date.now() + 272_000).toISOString(),
    lines: (state.skus ?? ["MUG"]).map((sku) => ({
      sku,
      quantity: 1,
      unit_price: pounds(2200),
      total: pounds(2200),
    })),
    total: pounds(2200),
  } as unknown as Hold;
  return {
    catalog: (state.skus ?? ["MUG"]).map((sku) => ({
      ...MUG,
      id: sku,
      variants: [{ ...MUG.variants[0], sku }],
    })),
    stock: { MUG: state.stock ?? 3 },
    form: form && { ...emptyForm("GB"), admission: "ADULT.GB.1.mac", ...form },
    typed: () => undefined,
    sellerOf: () => "Loamwick",
    serverNow: () => Date.now(),
    page: {
      api: "",
      country: "GB",
      hold_seconds: 300,
      postal_code_needed: true,
      payments: state.payments ?? { test: {} },
    },
    delivery: { estimate: null, sumOf: () => sum },
    coupons: { left: false, claims: [], tokens: [] },
    buying: {
      hold,
      open: expired ? null : hold,
      payment,
      expired,
      extended: state.extended ?? false,
      busy: state.busy ?? false,
      underWay: payment === "pending" || payment === "needs_confirmation",
      problem: state.problem ?? null,
      answer: state.declined ? { declined: state.declined } : null,
      release: () => given.push(hold.id),
    },
  } as unknown as ShowStore;
}

const checkout = (state: State = {}, words?: typeof arabic) =>
  markup(Checkout, {}, { ...(words ? { words } : {}), provide: () => provideShow(shop(state)) });
const outcome = (state: State) =>
  textOf(markup(CheckoutOutcome, {}, { provide: () => provideShow(shop(state)) }));
const gate = (state: State) =>
  markup(CheckoutGate, {}, { provide: () => provideShow(shop(state)) });
/** The button at the end: its words, and whether it does something. */
const button = (html: string) => {
  const found = /<button[^>]*btn-wide[^>]*>(?:(?!<button)[\s\S])*$/.exec(html)?.[0] ?? "";
  const end = found.indexOf("</button>");
  return {
    words: textOf(found.slice(0, end)),
    open: !/^<button[^>]*aria-disabled="true"/.test(found),
  };
};

beforeEach(() => (given = []));
afterEach(() => vi.unstubAllGlobals());

test("the button says what it does and the sum that is agreed to", () => {
  expect(button(checkout())).toEqual({ words: "Order and pay £22.00", open: true });
});

/** "Order with obligation to pay" or as plain (Directive 2011/83/EU art 8(2), as amended; the Commission's guidance names "buy
 *  now", "pay now" and "confirm purchase"; recalled). Also for whom a bank asks (C-400/22): every state of the button. */
const OBLIGES = {
  en: /^(Order and pay|Pay again ·|Pay with this card instead ·) £22\.00$/,
  ar: /(ودفع|الدفع|ادفع).*22/,
};

test.each([
  ["en", undefined],
  ["ar", arabic],
] as const)("every button that orders says that it obliges to pay, in %s", (lang, words) => {
  const states: State[] = [
    {},
    { payment: "declined", declined: "declined" },
    { payment: "needs_confirmation" },
  ];

  for (const state of states) expect(button(checkout(state, words)).words).toMatch(OBLIGES[lang]);
});

test("what is bought, and of whom, stands before the button that orders it", () => {
  const html = checkout();
  const bar = textOf(html.slice(html.lastIndexOf("sheet__choice"), html.lastIndexOf("btn-wide")));

  expect(bar).toContain("1 × Dawn Mug · By ordering you buy from Loamwick.");
});

test("of many products the first three are named and the others counted", () => {
  const skus = ["A", "B", "C", "D", "E"];
  const html = checkout({ skus });
  const bar = textOf(html.slice(html.lastIndexOf("sheet__choice"), html.lastIndexOf("btn-wide")));

  expect(bar.match(/1 × Dawn Mug/g)).toHaveLength(3);
  expect(bar).toContain("2 more products");
});

test("without a sum from the shop nothing can be paid", () => {
  const found = button(checkout({ sum: null }));

  expect(found.open).toBe(false);
  expect(found.words).not.toContain("£");
});

test.each(["pending"] as const)("a payment that is %s cannot be made twice", (payment) => {
  expect(button(checkout({ payment })).open).toBe(false);
});

test("a press that is on its way cannot be repeated", () => {
  expect(button(checkout({ busy: true })).open).toBe(false);
});

test("after a refused card the button pays again", () => {
  const found = button(checkout({ payment: "declined", declined: "declined" }));

  expect(found.open).toBe(true);
  expect(found.words).toMatch(/again|pay/i);
});

test("goods that are not held any more cannot be paid", () => {
  const html = checkout({ expired: true });

  expect(button(html).open).toBe(false);
  expect(button(html).words).not.toContain("£");
});

test("without the provider's form there is no button to pay with", () => {
  const html = checkout({ payments: { stripe: { key: "pk_1" } } });

  expect(html).not.toContain('type="submit"');
});

const HOME = {
  id: "adr_1",
  name: "Sofia",
  line1: "48 Alder Street",
  line2: null,
  city: "Bristol",
  postal_code: "BS1 4DJ",
  country: "GB",
};
const account = (addresses = [HOME]) =>
  ({ email: "sofia@example.com", addresses }) as unknown as OwnAccount;
const signedIn = (own: OwnAccount, state: State = {}) =>
  markup(Checkout, { own }, { provide: () => provideShow(shop(state)) });

test("whoever is signed in finds mail and address filled in, and the fields out of the way", () => {
  const html = signedIn(account());

  expect(html).toContain('value="sofia@example.com"');
  expect(html).toMatch(/value="adr_1"[^>]*checked/);
  expect(html).not.toContain('id="co-line1"');
});

test("an address in another country than the show's is not chosen by itself", () => {
  const html = signedIn(account([{ ...HOME, country: "AE" }]));

  expect(html).toMatch(/value="adr_1"(?![^>]*checked)/);
  expect(html).toContain('id="co-line1"');
  expect(html).not.toContain('value="48 Alder Street"');
});

test("what was typed is not replaced by what is kept", () => {
  const html = signedIn(account(), { form: { name: "Omar", email: "o@example.com" } });

  expect(html).toContain('value="Omar"');
  expect(html).toContain('value="o@example.com"');
  expect(html).toContain('id="co-keep"');
});

test("a guest is offered no account to keep an address in", () => {
  expect(checkout()).not.toContain("co-keep");
  expect(signedIn(account([]))).toContain('id="co-keep"');
});

test("what was typed before is in the fields", () => {
  const html = checkout({ form: { email: "sofia@example.com", city: "Bristol" } });

  expect(html).toContain('value="sofia@example.com"');
  expect(html).toContain('value="Bristol"');
});

test("the seller of the goods is named beside the button, in the reader's language", () => {
  expect(textOf(checkout())).toContain("Loamwick");
  expect(textOf(checkout({}, arabic))).not.toMatch(/Order|Delivery|Email/);
});

test("a hold that ran out is said, with what is left and a way to hold again", () => {
  const text = outcome({ expired: true, stock: 2 });

  expect(text).toContain("2");
  expect(text).toContain("Hold it for me again");
});

test("nothing that is gone is offered again", () => {
  expect(outcome({ expired: true, stock: 0 })).not.toContain("Hold it for me again");
});

test("a changed price and a refused card are told apart", () => {
  const price = outcome({ problem: { code: "price_changed" } });
  const card = outcome({ payment: "declined", declined: "insufficient_funds" });

  expect(price).toMatch(/price/i);
  expect(card).not.toBe("");
  expect(card).not.toBe(price);
});

test("a problem stands in the place of the card's refusal", () => {
  const text = outcome({
    payment: "declined",
    declined: "declined",
    problem: { code: "sold_out", detail: "Sold out." },
  });

  expect(text).not.toMatch(/declined/i);
});

test("nothing is said where nothing happened", () => {
  expect(outcome({})).toBe("");
});

test("who was not asked for the date of birth sees the question and no form", () => {
  for (const form of [null, { admission: "" }]) {
    const html = gate({ form });

    expect(html).toContain('id="age-day"');
    expect(html).not.toContain("co-email");
  }
});

test("the question fills nothing in and does not say which answer does what", () => {
  const html = gate({ form: null });

  expect(html).not.toMatch(/id="age-(day|year)"[^>]*value="[^"]/);
  expect(textOf(html)).not.toMatch(/\b1[368]\b/);
});

test("who was admitted sees the form", () => {
  const html = gate({});

  expect(html).toContain("co-email");
  expect(html).not.toContain("age-day");
  expect(given).toEqual([]);
});

test("who was refused sees neither, also with an admission", () => {
  vi.stubGlobal("localStorage", { getItem: () => new Date(Date.now() + 60_000).toISOString() });

  for (const form of [null, {}]) {
    const html = gate({ form });

    expect(html).not.toContain("co-email");
    expect(html).not.toContain("age-day");
    expect(textOf(html)).not.toContain("£");
  }
  expect(given).toEqual(["hold_1", "hold_1"]);
});

test("what the bank has is finished first, also by who was refused since", () => {
  vi.stubGlobal("localStorage", { getItem: () => new Date(Date.now() + 60_000).toISOString() });

  expect(gate({ payment: "needs_confirmation" })).not.toContain("age-day");
  expect(textOf(gate({ payment: "pending" }))).toContain("Your order");
  expect(given).toEqual([]);
});
