/** A product that somebody types: what it says, what its variants differ in, and what each costs. */
import { freshKey, problemOf, type Problem } from "../api/client";
import type { Lang, Words } from "../contract";
import { isVisible } from "../i18n/text";
import { amountOf } from "./choice";
import { CURRENCIES } from "./imports";
import type { Asking } from "./order.svelte";
import type { Texts } from "./product.svelte";
import { piecesOf } from "./products.svelte";

type Both = Record<Lang, string>;
const both = (): Both => ({ en: "", ar: "" });
const said = (text: Both): boolean => isVisible(text.en) && isVisible(text.ar);

export interface Row {
  value: Both;
  sku: string;
  price: string;
  pieces: string;
}
export const newRow = (): Row => ({ value: both(), sku: "", price: "", pieces: "" });

/** The one axis that is typed here; files bring more. */
const AXIS = "option";

export class NewProductForm {
  texts = $state<Texts>({ name: both(), summary: both(), description: both() });
  /** What the variants differ in; without it there is one. */
  varies = $state(false);
  axis = $state<Both>(both());
  currency = $state(CURRENCIES[0]!);
  rows = $state<Row[]>([newRow()]);
  tried = $state(false);
  busy = $state(false);
  problem = $state.raw<Problem | null>(null);
  /** Once it is stored: the same form must not make it twice. */
  #made: string | null = null;
  #keys = new Map<string, string>();

  constructor(
    private readonly studio: Asking,
    private readonly merchant: string | null = null,
  ) {}

  get shown(): Row[] {
    return this.varies ? this.rows : this.rows.slice(0, 1);
  }

  /** The id of the first field that has to be filled in, and what is wrong with it. */
  get wrong(): { field: string; message: string } | null {
    for (const field of ["name", "summary", "description"] as const)
      for (const lang of ["en", "ar"] as const)
        if (!isVisible(this.texts[field][lang]))
          return { field: `new-${field}-${lang}`, message: "goods.field_words" };
    if (this.varies && !said(this.axis))
      return { field: "new-axis-en", message: "goods.field_words" };
    for (const [at, row] of this.shown.entries()) {
      const field = this.wrongIn(row);
      if (field) return { field: `new-${field}-${at}`, message: MESSAGES[field] };
    }
    return null;
  }

  wrongIn(row: Row): keyof typeof MESSAGES | null {
    if (this.varies && !said(row.value)) return "value";
    if (!row.sku.trim()) return "sku";
    if (!amountOf(row.price, this.currency)) return "price";
    return row.pieces.trim() && piecesOf(row.pieces) === null ? "pieces" : null;
  }

  get body(): object {
    const { name, summary, description } = $state.snapshot(this.texts) as Record<string, Words>;
    return {
      merchant_id: this.merchant,
      name,
      summary,
      description,
      axes: this.varies ? { [AXIS]: $state.snapshot(this.axis) } : {},
      variants: this.shown.map(({ value, sku, price }) => ({
        sku: sku.trim(),
        options: this.varies ? { [AXIS]: $state.snapshot(value) } : {},
        prices: [{ amount: amountOf(price, this.currency), currency: this.currency }],
      })),
    };
  }

  /** The product's id, or null when it was not stored. Pieces follow: said twice, they count once. */
  async save(): Promise<string | null> {
    if (this.busy || this.wrong) return null;
    this.busy = true;
    this.problem = null;
    try {
      const options = { method: "POST" as const, body: this.body };
      this.#made ??= (await this.studio.request<{ id: string }>("/products", options)).id;
      for (const { sku, pieces } of this.shown) await this.#arrive(this.#made, sku.trim(), pieces);
      return this.#made;
    } catch (error) {
      this.problem = problemOf(error);
      return null;
    } finally {
      this.busy = false;
    }
  }

  async #arrive(id: string, sku: string, typed: string): Promise<void> {
    const pieces = piecesOf(typed);
    if (!pieces) return;
    const key = this.#keys.get(sku) ?? freshKey();
    this.#keys.set(sku, key);
    const body = { sku, reason: "arrived", pieces };
    await this.studio.request(`/products/${id}/stock`, { method: "POST", body, key });
  }
}

const MESSAGES = {
  value: "goods.field_words",
  sku: "goods.field_sku",
  price: "goods.field_price",
  pieces: "goods.field_pieces",
} as const;
