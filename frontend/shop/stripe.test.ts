import { expect, test } from "vitest";
import { stripeAmount } from "./stripe";

test.each([
  [{ amount: 1999, currency: "GBP" }, 1999],
  [{ amount: 1999, currency: "JPY" }, 1999],
  [{ amount: 5120, currency: "KWD" }, 5120],
  [{ amount: 500, currency: "ISK" }, 50_000],
])("an amount is in Stripe's smallest unit, as on the server", (money, amount) => {
  expect(stripeAmount(money)).toBe(amount);
});
