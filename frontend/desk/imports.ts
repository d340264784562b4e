/** Imports of products: what a form sends, how far one is, and what its parts are called. */
import { freshKey } from "../api/client";
import type { ImportLine, ProductImport } from "../contract";
import type { Studio } from "../studio/session.svelte";

export const FORMATS = ["shopify", "woocommerce", "google", "auto"] as const;
export type Format = (typeof FORMATS)[number];
/** Names of others, the same in every language. */
export const NAMES: Partial<Record<Format, string>> = {
  shopify: "Shopify",
  woocommerce: "WooCommerce",
  google: "Google",
};
/** Those that the product has signs for (`currency.*`). */
export const CURRENCIES = ["AED", "EGP", "EUR", "GBP", "KWD", "SAR", "USD"];
export const LARGEST = 50 * 1024 * 1024;
export const FILE_TYPES = ".csv,.tsv,.txt,.xml,text/csv,text/tab-separated-values,application/xml";
/** The list of a page grows by so many lines. */
export const LINES = 50;

export const KINDS = ["created", "changed", "left_out", "note"] as const;
export type Kind = (typeof KINDS)[number];

export interface Wish {
  file: File | null;
  format: Format;
  currency: string;
  merchant: string;
}

/** The messages of what is missing, by field. */
export function missing({ file, currency }: Wish): Partial<Record<"file" | "currency", string>> {
  const wrong: Partial<Record<"file" | "currency", string>> = {};
  if (!file) wrong.file = "imports.field_file";
  else if (file.size > LARGEST) wrong.file = "imports.too_large";
  if (!currency) wrong.currency = "imports.field_currency";
  return wrong;
}

export function formOf({ file, format, currency, merchant }: Wish): FormData {
  const form = new FormData();
  for (const [name, value] of Object.entries({ format, currency, merchant })) {
    form.set(name, value);
  }
  if (file) form.set("file", file);
  return form;
}

export const send = (studio: Pick<Studio, "request">, wish: Wish): Promise<ProductImport> =>
  studio.request<ProductImport>("/imports", {
    method: "POST",
    form: formOf(wish),
    key: freshKey(),
  });

export const isRunning = ({ state }: ProductImport): boolean =>
  state === "waiting" || state === "running";

/** Percent, where it is known how much there is. */
export function percent({ handled, expected }: ProductImport): number | null {
  return expected ? Math.min(100, Math.floor((handled * 100) / expected)) : null;
}

export const LABELS: Record<Kind, string> = {
  created: "imports.created",
  changed: "imports.changed",
  left_out: "imports.left_out",
  note: "imports.notes",
};

/** What of the difference is worth being shown first. */
export function firstKind(found: ProductImport): Kind {
  if (found.changed) return "changed";
  if (found.created) return "created";
  return found.left_out ? "left_out" : "note";
}

export const countOf = (found: ProductImport, kind: Kind): number =>
  kind === "note" ? found.notes : found[kind];

export type Lines = { items: ImportLine[]; next_cursor: string | null };

export const linesPath = (id: string, kind: Kind, cursor: string | null): string =>
  `/imports/${id}/lines?kind=${kind}&limit=${LINES}${cursor ? `&cursor=${cursor}` : ""}`;
