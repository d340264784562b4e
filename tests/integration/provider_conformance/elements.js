/* Stands in for Stripe.js in a browser: what Showfloor calls of it, with frames of another origin
   for the card and for the bank as theirs have. Options that Stripe.js does not take are an error. */
"use strict";
{
  const home = new URL(document.currentScript.src).origin;
  const KNOWN = new Set([
    "mode", "amount", "currency", "captureMethod", "allowedPaymentMethodTypes", "appearance",
  ]);
  const check = (options) => {
    for (const name of Object.keys(options))
      if (!KNOWN.has(name)) throw new Error(`elements() does not take ${name}`);
  };
  const frame = (path, style) => {
    const made = document.createElement("iframe");
    made.src = home + path;
    Object.assign(made.style, { border: "0", ...style });
    return made;
  };
  const answer = (from, ask) =>
    new Promise((resolve) => {
      const heard = ({ data, origin, source }) => {
        if (origin !== home || source !== from.contentWindow) return;
        removeEventListener("message", heard);
        resolve(data);
      };
      addEventListener("message", heard);
      ask?.();
    });
  window.Stripe = (key, { locale }) => {
    if (!key.startsWith("pk_test_")) throw new Error("no publishable key");
    let card = null;
    return {
      elements(options) {
        check(options);
        window.stripeDouble = { ...options, locale };
        return {
          create: () => {
            const heard = {};
            const path = `/elements/card?lang=${locale}&colour=${encodeURIComponent(
              options.appearance.variables.colorPrimary,
            )}`;
            card = frame(path, { inlineSize: "100%", blockSize: "9rem" });
            card.title = "Stripe";
            card.onload = () => heard.ready?.();
            return {
              mount: (node) => node.append(card),
              destroy: () => card.remove(),
              on: (event, hear) => (heard[event] = hear),
            };
          },
          update: (changed) => {
            check(changed);
            Object.assign(window.stripeDouble, changed);
          },
          submit: async () => ({}),
        };
      },
      async createConfirmationToken({ params }) {
        window.stripeDouble.billing = params.payment_method_data.billing_details;
        const made = await answer(card, () => card.contentWindow.postMessage("token", home));
        return made.id ? { confirmationToken: { id: made.id } } : { error: { message: made.error } };
      },
      async handleNextAction({ clientSecret }) {
        const bank = frame(`/elements/bank?secret=${clientSecret}`, {
          position: "fixed", inset: "0", inlineSize: "100%", blockSize: "100%", zIndex: "99999",
          background: "rgb(0 0 0 / .6)",
        });
        bank.title = "Bank";
        document.body.append(bank);
        const said = await answer(bank);
        bank.remove();
        return said === "agreed" ? {} : { error: { message: "not authenticated" } };
      },
    };
  };
}
