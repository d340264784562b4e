/** Stripe's Payment Element (docs.stripe.com/payments/finalize-payments-on-the-server). Their script
 *  comes from their own host, when somebody checks out and not before; the card goes from their
 *  frame to them, we get a name for it that is good for one payment. */
import type { Lang, Money, PaymentMethod } from "../contract";
import type { Form } from "./form";

export interface StripeSetup {
  publishable_key: string;
  script: string;
  /** Currencies whose smallest unit is another one at Stripe, by the digits that theirs has more. */
  shifts: Readonly<Record<string, number>>;
}
interface Failure {
  message?: string;
}
interface PaymentElement {
  mount(node: HTMLElement): void;
  destroy(): void;
  on(event: "ready" | "loaderror", heard: () => void): void;
}
interface Elements {
  create(kind: "payment", options: object): PaymentElement;
  update(options: object): void;
  submit(): Promise<{ error?: Failure }>;
}
interface Stripe {
  elements(options: object): Elements;
  createConfirmationToken(options: object): Promise<{
    confirmationToken?: { id: string };
    error?: Failure;
  }>;
  handleNextAction(options: { clientSecret: string }): Promise<{ error?: Failure }>;
}
type Open = (key: string, options: object) => Stripe;

/** What the checkout does with it. */
export interface StripeForm {
  show(node: HTMLElement, ready: () => void, failed: () => void): () => void;
  setAmount(money: Money): void;
  /** Null when something is missing, which the form says itself. */
  collect(form: Form): Promise<PaymentMethod | null>;
  /** The bank's question, over the page and with the show behind it. However it is answered, the
   *  server knows better. */
  authenticate(secret: string): Promise<void>;
}

/** In the smallest unit that Stripe has of the currency. */
export const stripeAmount = ({ amount, currency }: Money, { shifts }: StripeSetup): number =>
  Math.round(amount * 10 ** (shifts[currency] ?? 0));

let loading: Promise<Open> | null = null;

function load(address: string): Promise<Open> {
  loading ??= new Promise<Open>((resolve, reject) => {
    const script = document.createElement("script");
    script.src = address;
    script.onload = () => {
      const open = (window as unknown as { Stripe?: Open }).Stripe;
      if (open) resolve(open);
      else reject(new Error("no Stripe in their script"));
    };
    script.onerror = () => {
      script.remove();
      reject(new Error("their script did not come"));
    };
    document.head.append(script);
  }).catch((error: unknown) => {
    // The next attempt asks again: perhaps the network is back.
    loading = null;
    throw error;
  });
  return loading;
}

export async function openStripe(
  setup: StripeSetup,
  lang: Lang,
  money: Money,
  appearance: object,
): Promise<StripeForm> {
  const shown = (money: Money) => ({
    amount: stripeAmount(money, setup),
    currency: money.currency.toLowerCase(),
  });
  const stripe = (await load(setup.script))(setup.publishable_key, { locale: lang });
  const elements = stripe.elements({
    mode: "payment",
    ...shown(money),
    captureMethod: "manual",
    allowedPaymentMethodTypes: ["card"],
    appearance,
  });
  return {
    show(node, ready, failed) {
      const element = elements.create("payment", {
        fields: { billingDetails: { name: "never", email: "never" } },
      });
      element.on("ready", ready);
      element.on("loaderror", failed);
      element.mount(node);
      return () => element.destroy();
    },
    setAmount: (now) => elements.update(shown(now)),
    async collect({ name, email }) {
      if ((await elements.submit()).error) return null;
      const { confirmationToken } = await stripe.createConfirmationToken({
        elements,
        params: { payment_method_data: { billing_details: { name, email } } },
      });
      return confirmationToken
        ? { type: "stripe", confirmation_token: confirmationToken.id }
        : null;
    },
    async authenticate(clientSecret) {
      await stripe.handleNextAction({ clientSecret });
    },
  };
}

/** Our tokens in Stripe's words (docs.stripe.com/elements/appearance-api): their frame reads no
 *  style sheet of ours, so each colour is read off the page as it is painted now. */
export function appearanceOf(node: HTMLElement): object {
  const style = getComputedStyle(node);
  const token = (name: string) => style.getPropertyValue(name).trim();
  return {
    theme: "stripe",
    labels: "above",
    variables: {
      colorPrimary: token("--accent"),
      colorBackground: token("--surface"),
      colorText: token("--ink"),
      colorTextSecondary: token("--ink-2"),
      colorTextPlaceholder: token("--ink-3"),
      colorDanger: token("--bad"),
      borderRadius: token("--r-s"),
      fontFamily: "system-ui, sans-serif",
      fontSizeBase: "16px",
    },
    rules: { ".Input": { borderColor: token("--line-strong"), boxShadow: "none" } },
  };
}
