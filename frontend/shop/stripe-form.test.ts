import { afterEach, beforeEach, expect, test, vi } from "vitest";
import { pounds } from "../testing/shop";
import type { Form } from "./form";
import { appearanceOf, type StripeSetup } from "./stripe";

const setup: StripeSetup = {
  publishable_key: "pk_test_1",
  script: "https://js.stripe.example/v3/",
  shifts: { ISK: 2 },
};
const form = { name: "Sofia Marin", email: "sofia@example.com" } as Form;

interface Script {
  src: string;
  onload: () => void;
  onerror: () => void;
  remove(): void;
}
let scripts: Script[];
let made: { options: object; updates: object[]; events: Record<string, () => void> };
let submitted: { error?: { message: string } };
let token: object;
let asked: object[];

/** Their library, as far as it is used (docs.stripe.com/js). */
function stripe(key: string, options: object) {
  asked.push({ key, ...options });
  return {
    elements: (options: object) => {
      made = { options, updates: [], events: {} };
      return {
        create: (_kind: string, options: object) => {
          asked.push(options);
          return {
            on: (event: string, heard: () => void) => (made.events[event] = heard),
            mount: (node: object) => asked.push({ mounted: node }),
            destroy: () => asked.push({ destroyed: true }),
          };
        },
        update: (options: object) => made.updates.push(options),
        submit: async () => submitted,
      };
    },
    createConfirmationToken: async (options: object) => {
      asked.push(options);
      return token;
    },
    handleNextAction: async (options: object) => {
      asked.push(options);
      return { error: { message: "declined" } };
    },
  };
}

beforeEach(() => {
  [scripts, asked, submitted, token] = [[], [], {}, { confirmationToken: { id: "ctoken_1" } }];
  vi.resetModules();
  vi.stubGlobal("window", { Stripe: stripe });
  vi.stubGlobal("document", {
    createElement: () => ({ remove: () => asked.push({ removed: true }) }),
    head: { append: (script: Script) => scripts.push(script) },
  });
});
afterEach(() => vi.unstubAllGlobals());

/** With a page's own memory of whether their script is there. */
async function opening(money = pounds(1999)) {
  const { openStripe } = await import("./stripe");
  const open = () => openStripe(setup, "ar", money, { theme: "stripe" });
  return { open, first: open() };
}

test("their script is loaded once, and the form says what is to be paid", async () => {
  const { open, first } = await opening();
  expect(scripts.map(({ src }) => src)).toEqual([setup.script]);
  scripts[0]!.onload();
  await first;
  await open();

  expect(scripts).toHaveLength(1);
  expect(asked[0]).toEqual({ key: "pk_test_1", locale: "ar" });
  expect(made.options).toMatchObject({
    mode: "payment",
    amount: 1999,
    currency: "gbp",
    captureMethod: "manual",
  });
});

test("a script that did not come is asked for again by the next attempt", async () => {
  const { open, first } = await opening();
  scripts[0]!.onerror();
  await expect(first).rejects.toThrow("did not come");

  const second = open();
  expect(scripts).toHaveLength(2);
  scripts[1]!.onload();

  await expect(second).resolves.toBeDefined();
});

test("a script that is not theirs opens no form", async () => {
  vi.stubGlobal("window", {});
  const { first } = await opening();
  scripts[0]!.onload();

  await expect(first).rejects.toThrow("no Stripe");
});

async function opened(money = pounds(1999)) {
  const { first } = await opening(money);
  scripts[0]!.onload();
  return first;
}

test("another sum is said in the unit that they have of the currency", async () => {
  const stripeForm = await opened();

  stripeForm.setAmount(pounds(2500));
  stripeForm.setAmount({ amount: 500, currency: "ISK" });

  expect(made.updates).toEqual([
    { amount: 2500, currency: "gbp" },
    { amount: 50_000, currency: "isk" },
  ]);
});

test("name and address of mail are asked on our page alone, and the form can be taken down", async () => {
  const stripeForm = await opened();
  const heard: string[] = [];
  const node = {} as HTMLElement;
  const takeDown = stripeForm.show(
    node,
    () => heard.push("ready"),
    () => heard.push("failed"),
  );
  made.events.ready!();
  made.events.loaderror!();
  takeDown();

  expect(heard).toEqual(["ready", "failed"]);
  expect(asked.slice(1)).toEqual([
    { fields: { billingDetails: { name: "never", email: "never" } } },
    { mounted: node },
    { destroyed: true },
  ]);
});

test("the card becomes a name for one payment, with whose it is", async () => {
  const stripeForm = await opened();

  expect(await stripeForm.collect(form)).toEqual({
    type: "stripe",
    confirmation_token: "ctoken_1",
  });
  expect(asked.at(-1)).toMatchObject({
    params: { payment_method_data: { billing_details: form } },
  });
});

test("what is missing in their form is said there, and nothing is sent", async () => {
  const stripeForm = await opened();
  submitted = { error: { message: "incomplete" } };
  const before = asked.length;

  expect(await stripeForm.collect(form)).toBeNull();
  expect(asked).toHaveLength(before);

  submitted = {};
  token = { error: { message: "expired" } };
  expect(await stripeForm.collect(form)).toBeNull();
});

test("the bank's question ends without an error, however it was answered", async () => {
  const stripeForm = await opened();

  await expect(stripeForm.authenticate("pi_secret")).resolves.toBeUndefined();
  expect(asked.at(-1)).toEqual({ clientSecret: "pi_secret" });
});

test("their frame gets the colours that the page has now", () => {
  const tokens: Record<string, string> = { "--accent": " #6b1f4d ", "--bad": "#b3261e" };
  vi.stubGlobal("getComputedStyle", () => ({
    getPropertyValue: (name: string) => tokens[name] ?? "",
  }));

  expect(appearanceOf({} as HTMLElement)).toMatchObject({
    variables: { colorPrimary: "#6b1f4d", colorDanger: "#b3261e" },
  });
});
