import type { Product } from "../contract";
import type { Language } from "../i18n/i18n";

/** What a variant is called beside its product: its size and colour. */
export const optionsOf = (product: Product, sku: string, words: Language): string => {
  const chosen = product.variants.find((variant) => variant.sku === sku)?.options ?? {};
  const names = product.options.flatMap(
    ({ code, values }) => values.find((value) => value.code === chosen[code])?.name ?? [],
  );
  return words.list(names.map(words.pick), "comma");
};
