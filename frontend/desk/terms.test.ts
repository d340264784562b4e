import { expect, test } from "vitest";
import { Terms } from "./terms.svelte";

interface Asked {
  path: string;
  body: unknown;
}

function desk(answer: (asked: Asked) => unknown): { terms: Terms; asked: Asked[] } {
  const asked: Asked[] = [];
  const request = (path: string, options: { body?: unknown } = {}) => {
    asked.push({ path, body: options.body });
    return Promise.resolve(answer(asked.at(-1)!));
  };
  return { terms: new Terms({ request } as never, "mer_1"), asked };
}
const version = (number: number) => ({
  id: `trm_${number}`,
  kind: "returns",
  version: number,
  since: "2026-11-26T10:00:00.000Z",
  words: { en: { text: "30 days", url: "" }, ar: { text: "", url: "https://shop.example/ar" } },
});

test("a field holds the words, or the address alone", async () => {
  const { terms, asked } = desk(({ body }) => (body ? version(2) : { items: [version(1)] }));

  await terms.load();
  expect(terms.typed("returns", "en")).toBe("30 days");
  expect(terms.typed("returns", "ar")).toBe("https://shop.example/ar");
  expect(terms.typed("privacy", "en")).toBe("");

  await terms.save("returns", {
    en: " 30 days, see https://shop.example ",
    ar: "https://a.example/x",
  });

  expect(asked.at(-1)).toEqual({
    path: "/merchants/mer_1/terms/returns",
    body: {
      en: { text: "30 days, see https://shop.example", url: "" },
      ar: { text: "", url: "https://a.example/x" },
    },
  });
  expect(terms.newest("returns")?.version).toBe(2);
  expect(terms.saved).toBe("returns");
});

test("who pays for returns is saved with them", async () => {
  const { terms, asked } = desk(() => version(1));

  await terms.save("returns", { en: "30", ar: "30" }, { payer: "buyer", address: " Dock 4 " });

  expect(asked.at(-1)?.body).toMatchObject({ way_back: { payer: "buyer", address: "Dock 4" } });
});

test("what is refused is said, and the version that holds stays", async () => {
  const { terms } = desk(({ body }) => {
    if (body) throw { code: "terms_invalid", status: 422 };
    return { items: [version(1)] };
  });

  await terms.load();
  await terms.save("returns", { en: "", ar: "" });

  expect(terms.problem).not.toBeNull();
  expect(terms.saved).toBeNull();
  expect(terms.newest("returns")?.version).toBe(1);
});
