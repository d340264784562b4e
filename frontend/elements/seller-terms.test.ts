import { expect, test } from "vitest";
import { provideShow } from "../context";
import type { ShowStore } from "../shop/store.svelte";
import { arabic, english, markup, textOf } from "../testing/rendered";
import SellerTerms from "./seller-terms.svelte";

const seller = (id: string, name: string, said = true) => ({
  seller: { id, name: { en: name, ar: name } },
  identity: said ? { company: `${name} Ltd`, address: "1 Kiln Lane" } : null,
  terms: said
    ? [
        { id: "trm_1", kind: "terms", page: "/terms/trm_1" },
        { id: "trm_2", kind: "returns", page: "/terms/trm_2", payer: "buyer" },
      ]
    : [],
});

function shown(sellers: ReturnType<typeof seller>[], words = english): string {
  const store = { delivery: { estimate: { sellers } } } as unknown as ShowStore;
  return markup(SellerTerms, {}, { words, provide: () => provideShow(store) });
}

test.each([english, arabic])("what a seller lays down can be read before ordering", (words) => {
  const html = shown([seller("mer_1", "Loamwick")], words);

  expect(textOf(html)).toContain("Loamwick Ltd");
  expect(textOf(html)).toContain(words.t("checkout.terms.returns"));
  expect(html).toContain(`href="/terms/trm_2?lang=${words.lang}"`);
  expect(html).toContain('target="_blank"');
  expect(textOf(html)).toContain(words.t("checkout.return_payer.buyer"));
});

test("of two sellers each link says whose it is, and who said nothing shows nothing", () => {
  const html = shown([seller("mer_1", "Loamwick"), seller("mer_2", "Zafralune", false)]);

  expect(textOf(html)).toContain("Terms · Loamwick");
  expect(html).not.toContain("Zafralune");
});

test("in Arabic a company's Latin name and its address keep their place and the comma theirs", () => {
  const html = shown([seller("mer_1", "Loamwick")], arabic);

  expect(html).toContain("<bdi>Loamwick</bdi>: <bdi>Loamwick Ltd</bdi>، <bdi>1 Kiln Lane</bdi>");
});
