/** One product on the merchant's desk: what it says, what it costs, how many there are, and what is done with it. */
import { freshKey, isUnsure, problemOf, type Call, type Problem } from "../api/client";
import type { DeskProduct, DeskVariant, Lang, PricePoint, StockChange, Words } from "../contract";
import { wrongWith } from "../studio/cover";
import type { Asking } from "./order.svelte";
import { piecesOf } from "./products.svelte";

export type Texts = Record<"name" | "summary" | "description", Record<Lang, string>>;
export type Reason = "counted" | "arrived" | "damaged" | "sold_elsewhere";
export const REASONS: readonly Reason[] = ["counted", "arrived", "damaged", "sold_elsewhere"];
export type Open = { what: "price" | "stock" | "limit"; sku: string } | { what: "variant" } | null;
export type Done = "words" | "kind" | "price" | "stock" | "limit" | "picture" | "variant" | null;
export type Kind = DeskProduct["no_withdrawal"];
/** Goods from whose purchase the law of some countries lets nobody withdraw. */
export const KINDS: readonly NonNullable<Kind>[] = [
  "made_to_measure",
  "perishable",
  "sealed_hygiene",
  "mixed",
  "sealed_media",
  "press",
];

/** The texts that were changed, as the API takes them. */
export function changesOf(product: DeskProduct, texts: Texts): Partial<Record<keyof Texts, Words>> {
  const fields = Object.keys(texts) as (keyof Texts)[];
  return Object.fromEntries(
    fields
      .filter((field) =>
        (["en", "ar"] as const).some((lang) => texts[field][lang] !== product[field][lang]),
      )
      .map((field) => [field, texts[field]]),
  );
}

/** What the count becomes. */
export function after(variant: DeskVariant, reason: Reason, pieces: number): number {
  if (reason === "counted") return pieces;
  return variant.in_stock + (reason === "arrived" ? pieces : -pieces);
}

/** Pieces that would be missing of what is held or sold. */
export const missingAfter = (variant: DeskVariant, count: number): number =>
  Math.max(0, variant.held - count);

/** What was typed as a limit: null where nothing is, for none; undefined where it is no number that
 *  the API takes. */
export function limitOf(typed: string): number | null | undefined {
  if (!typed.trim()) return null;
  const pieces = piecesOf(typed);
  return pieces && pieces <= 10_000 ? pieces : undefined;
}

export class ProductDesk {
  product = $state.raw<DeskProduct | null>(null);
  history = $state.raw<PricePoint[]>([]);
  changes = $state.raw<StockChange[]>([]);
  problem = $state.raw<Problem | null>(null);
  /** What is wrong with a picture, as a message. */
  wrongPicture = $state<string | null>(null);
  busy = $state(false);
  open = $state.raw<Open>(null);
  done = $state<Done>(null);
  /** What was asked without an answer: asked again, it must not happen twice. */
  #unsure: { what: string; key: string } | null = null;

  constructor(
    private readonly studio: Asking,
    readonly id: string,
  ) {}

  async load(): Promise<void> {
    try {
      await this.#read();
    } catch (error) {
      this.problem = problemOf(error);
    }
  }

  show(open: Open): void {
    this.open = open;
    this.problem = this.done = null;
  }

  words = (texts: Texts): Promise<boolean> =>
    this.#do("words", "", { method: "PATCH", body: changesOf(this.product!, texts) });

  kind = (kind: Kind): Promise<boolean> =>
    this.#do("kind", "/withdrawal-exception", { method: "PUT", body: { exception: kind } });

  price = (sku: string, amount: number, currency: string): Promise<boolean> =>
    this.#do("price", "/prices", { method: "POST", body: { sku, price: { amount, currency } } });

  limit = (sku: string, buyer_limit: number | null): Promise<boolean> =>
    this.#do("limit", "/buyer-limit", { method: "PUT", body: { sku, buyer_limit } });

  variant = (body: object): Promise<boolean> =>
    this.#do("variant", "/variants", { method: "POST", body });

  arrange = (urls: string[]): Promise<boolean> =>
    this.#do("picture", "/pictures", { method: "PUT", body: { urls } });

  async stock(sku: string, reason: Reason, pieces: number, note: string): Promise<boolean> {
    // A press in between must not take the key of what is under way.
    if (this.busy) return false;
    const known = this.product!.variants.find((each) => each.sku === sku)!;
    const version = reason === "counted" ? known.version : null;
    const body = { sku, reason, pieces, note, version };
    const what = JSON.stringify(body);
    const key = this.#unsure?.what === what ? this.#unsure.key : freshKey();
    this.#unsure = { what, key };
    return this.#do("stock", "/stock", { method: "POST", body, key });
  }

  /** One after the other, so that they stand in the order in which they were chosen. */
  async pictures(files: Iterable<File>): Promise<boolean> {
    for (const file of files) {
      this.wrongPicture = wrongWith(file);
      if (this.wrongPicture) return false;
      if (!(await this.#do("picture", "/pictures", { method: "POST", file }))) return false;
    }
    return true;
  }

  async #do(what: Done, path: string, options: Call): Promise<boolean> {
    if (this.busy) return false;
    this.busy = true;
    this.problem = this.done = null;
    this.wrongPicture = null;
    try {
      await this.studio.request(`/products/${this.id}${path}`, options);
      this.#unsure = this.open = null;
      await this.#read();
      this.done = what;
      return true;
    } catch (error) {
      await this.#refused(problemOf(error));
      return false;
    } finally {
      this.busy = false;
    }
  }

  /** What does not fit was chosen from an older state: it is shown as it is now. */
  async #refused(problem: Problem): Promise<void> {
    this.problem = problem;
    if (!isUnsure(problem)) this.#unsure = null;
    if (problem.status !== 409) return;
    try {
      await this.#read();
    } catch {
      /* the refusal says enough */
    }
  }

  async #read(): Promise<void> {
    const path = `/products/${this.id}`;
    this.product = await this.studio.request<DeskProduct>(`/catalog/${this.id}`);
    this.history = (await this.studio.request<{ prices: PricePoint[] }>(`${path}/prices`)).prices;
    this.changes = (await this.studio.request<{ changes: StockChange[] }>(`${path}/stock`)).changes;
  }
}
