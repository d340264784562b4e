import type { Words } from "../contract";
import type { Language } from "../i18n/i18n";

interface Axes {
  options: readonly { code: string; values: readonly { code: string; name: Words }[] }[];
}
interface Goods extends Axes {
  variants: readonly { sku: string; options: Readonly<Record<string, string>> }[];
}

/** The names of the chosen values, as size and colour, in the order of the product's options. */
export const namesOf = (
  { options }: Axes,
  chosen: Readonly<Record<string, string>>,
  words: Language,
): string => {
  const names = options.flatMap(
    ({ code, values }) => values.find((value) => value.code === chosen[code])?.name ?? [],
  );
  return words.list(names.map(words.pick), "comma");
};

/** What a variant is called beside its product. */
export const optionsOf = (product: Goods, sku: string, words: Language): string =>
  namesOf(product, product.variants.find((variant) => variant.sku === sku)?.options ?? {}, words);
