/** Imports of products: what a form sends, how far one is, and what its parts are called. */
import { freshKey } from "../api/client";
import type { ImportLine, ImportPicture, ProductImport } from "../contract";
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

export interface ImportFields {
  file: File | null;
  /** Where a file lies instead; a file that was chosen goes before it. */
  url: string;
  format: Format;
  currency: string;
  merchant: string;
}

/** The messages of what is missing, by field. */
export function missing({
  file,
  url,
  currency,
}: ImportFields): Partial<Record<"file" | "currency", string>> {
  const wrong: Partial<Record<"file" | "currency", string>> = {};
  if (!file && !url.trim()) wrong.file = "imports.field_file";
  else if (!file && !/^https?:\/\/[^\s/]/i.test(url.trim())) wrong.file = "imports.field_url";
  else if (file && file.size > LARGEST) wrong.file = "imports.too_large";
  if (!currency) wrong.currency = "imports.field_currency";
  return wrong;
}

export function formOf({ file, format, currency, merchant }: ImportFields): FormData {
  const form = new FormData();
  for (const [name, value] of Object.entries({ format, currency, merchant })) {
    form.set(name, value);
  }
  if (file) form.set("file", file);
  return form;
}

export function send(
  studio: Pick<Studio, "request">,
  fields: ImportFields,
): Promise<ProductImport> {
  const { file, url, format, currency, merchant } = fields;
  const sent = file
    ? { form: formOf(fields) }
    : { body: { url: url.trim(), format, currency, merchant: merchant || null } };
  return studio.request<ProductImport>("/imports", { method: "POST", ...sent, key: freshKey() });
}

export const isRunning = ({ state }: ProductImport): boolean =>
  state === "waiting" || state === "running";

/** Pictures that come behind an import, and how many are dealt with. */
export function picturesOf({ pictures }: ProductImport): { done: number; all: number } {
  const done = pictures.done + pictures.failed;
  return { done, all: done + pictures.waiting };
}

export type Pictures = { items: ImportPicture[]; next_cursor: string | null };

/** Pictures that could not be fetched and are shown one by one. */
export const MOST_UNSEEN = 20;

export const picturesPath = (id: string): string =>
  `/imports/${id}/pictures?state=failed&limit=${MOST_UNSEEN}`;

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
