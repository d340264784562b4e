import { expect, test } from "vitest";
import { stripeAmount } from "./stripe";

test.each([
  [{ amount: 1999, currency: "GBP" }, 1999],
  [{ amount: 1999, currency: "JPY" }, 1999],
  [{ amount: 5120, currency: "KWD" }, 5120],
  [{ amount: 500, currency: "ISK" }, 50_000],
  [{ amount: 500, currency: "RSD" }, 50_000],
])("an amount is in the unit that the server says Stripe has", (money, amount) => {
  const setup = { publishable_key: "", script: "", shifts: { ISK: 2, RSD: 2 } };

  expect(stripeAmount(money, setup)).toBe(amount);
});
