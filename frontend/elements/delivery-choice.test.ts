import { expect, test } from "vitest";
import { provideShow } from "../context";
import type { ShowStore } from "../shop/store.svelte";
import { arabic, english, markup, textOf } from "../testing/rendered";
import DeliveryChoice from "./delivery-choice.svelte";

const STANDARD = {
  id: "dlv_1",
  name: { en: "Standard", ar: "عادي" },
  price: { amount: 395, currency: "GBP" },
  earliest: "2026-12-01",
  latest: "2026-12-03",
};

function shown(gone: boolean, words = english): string {
  const seller = { id: "mer_1", name: { en: "Loamwick", ar: "لوم ويك" } };
  const estimate = {
    sellers: [{ seller, delivered: true, offers: [STANDARD], chosen: "dlv_1" }],
    delivery_gone: gone ? ["dlv_2"] : [],
  };
  const store = {
    delivery: { country: "GB", estimate, chosen: { mer_1: "dlv_2" } },
    buying: { underWay: false },
  } as unknown as ShowStore;
  return textOf(markup(DeliveryChoice, {}, { words, provide: () => provideShow(store) }));
}

test.each([english, arabic])(
  "a buyer whose choice is gone reads that another one stands",
  (words) => {
    const said = words.t("checkout.delivery_gone", { country: words.country("GB") });

    expect(shown(true, words)).toContain(said);
    expect(shown(false, words)).not.toContain(said);
  },
);
