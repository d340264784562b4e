import { expect, test } from "vitest";
import type { DeliveryOption } from "../contract";
import { COUNTRIES, UNION } from "./countries";
import { arabic, english } from "../testing/rendered";
import { read, takes, typedOf, Ways, type Typed } from "./delivery.svelte";

const digits = (currency: string) => (currency === "KWD" ? 3 : 2);
const option: DeliveryOption = {
  id: "dlv_1",
  name: { en: "Standard", ar: "عادي" },
  countries: ["GB", "IE"],
  currency: "GBP",
  steps: [
    { from_value: 0, price: 395 },
    { from_value: 5000, price: 200 },
  ],
  free_from: 10000,
  handling_days: 1,
  days_from: 2,
  days_to: 4,
};

test("an option that is opened and saved stays as it was", () => {
  const { id: _, ...terms } = option;

  expect(read(typedOf(option, "EUR", digits))).toEqual({ wish: terms, wrong: {} });
});

test.each([
  [0, 0, 0, "the same working day", "في يوم العمل نفسه"],
  [1, 0, 0, "1 working day", "يوم عمل واحد"],
  [1, 2, 2, "3 working days", "3 أيام عمل"],
  [0, 0, 1, "0 to 1 working days", "أيام العمل: من 0 إلى 1"],
  [1, 2, 4, "3 to 5 working days", "أيام العمل: من 3 إلى 5"],
])("%d days to pack and %d to %d on the way are one sentence", (handling, first, last, en, ar) => {
  const timed = { ...option, handling_days: handling, days_from: first, days_to: last };

  expect([takes(timed, english), takes(timed, arabic)]).toEqual([en, ar]);
});

test("sums follow the currency, in digits of either script", () => {
  const typed = typedOf({ ...option, currency: "KWD", free_from: null }, "GBP", digits);
  expect(typed.steps[0]!.price).toBe("0.395");

  typed.steps = [{ from: "", price: "١٫٢٥٠" }];
  expect(read(typed).wish?.steps).toEqual([{ from_value: 0, price: 1250 }]);
});

const filled = (change: Partial<Typed>): Typed => ({
  ...typedOf(option, "GBP", digits),
  ...change,
});
test.each<[Partial<Typed>, string]>([
  [{ name: { en: "Standard", ar: " " } }, "name-ar"],
  [{ countries: [] }, "countries"],
  [{ steps: [{ from: "", price: "" }] }, "steps"],
  [
    {
      steps: [
        { from: "", price: "4" },
        { from: "0", price: "2" },
      ],
    },
    "steps",
  ],
  [
    {
      steps: [
        { from: "", price: "4" },
        { from: "much", price: "2" },
      ],
    },
    "steps",
  ],
  [{ free: "0" }, "free"],
  [{ handling: "91" }, "handling"],
  [{ first: "soon" }, "first"],
  [{ first: "5", last: "4" }, "last"],
])("what is wrong is said at its field: %j", (change, field) => {
  const found = read(filled(change));

  expect(found.wish).toBeNull();
  expect(Object.keys(found.wrong)).toEqual([field]);
});

test("a new option asks for everything but days", () => {
  expect(Object.keys(read(typedOf(undefined, "GBP", digits)).wrong)).toEqual([
    "name-en",
    "name-ar",
    "countries",
    "steps",
  ]);
});

test("every country stands once, and the union is among them", () => {
  expect(new Set(COUNTRIES).size).toBe(COUNTRIES.length);
  expect(UNION.filter((code) => !COUNTRIES.includes(code))).toEqual([]);
  expect(UNION.length).toBe(27);
});

function shop(refuse = false) {
  const asked: string[] = [];
  const request = (path: string, { method = "GET" }: { method?: string } = {}) => {
    asked.push(`${method} ${path}`);
    if (refuse && method !== "GET")
      return Promise.reject({ code: "delivery_option_invalid", status: 422 });
    return Promise.resolve(
      method === "GET" ? { items: [option], delivered: true, offers: [] } : {},
    );
  };
  return { asked, ways: new Ways({ request } as never, "mer_1") };
}

test("what was removed is gone from the list, and who asks sees what is left", async () => {
  const { asked, ways } = shop();

  await ways.load();
  expect(await ways.remove("dlv_1")).toBe(true);
  await ways.look("gb", "GB", 5000);

  expect(asked).toEqual([
    "GET /merchants/mer_1/delivery-options",
    "DELETE /merchants/mer_1/delivery-options/dlv_1",
    "GET /merchants/mer_1/delivery-options",
    "GET /merchants/mer_1/delivery-preview?market=gb&country=GB&amount=5000",
  ]);
  expect(ways.done).toBe("removed");
});

test("what is refused stays open and is said", async () => {
  const { ways } = shop(true);

  expect(await ways.change("dlv_1", read(typedOf(option, "GBP", digits)).wish!)).toBe(false);

  expect(ways.problem).not.toBeNull();
  expect([ways.done, ways.busy]).toEqual([null, false]);
});
