/** What this viewer's own messages were understood to want. A clear wish is held at once, by the same
 *  request as a press of the button; any other is asked about, where nobody else sees it. */
import type { Product, RoomEntries, Show, Wait, Wish } from "../contract";
import type { Buying } from "../shop/buying.svelte";
import { numberOf, productOf } from "../shop/item-numbers";
import { findVariant, times, type Stock } from "../shop/variants";
import type { WaitParts } from "../waits/types";

/** `unknown`: no product has that number. `yours`: it is held already, and no message holds it
 *  twice. */
export type Step = "unknown" | "asking" | "holding" | "held" | "yours" | "refused";

export interface Understood {
  number: number;
  step: Step;
  product: Product | null;
  /** What may be meant; what is held. */
  skus: readonly string[];
  quantity: number;
  /** Of the hold, and the message's own: however often it is asked for, it holds once. */
  key: string;
}

/** What the page around it sells, and where it opens a product. */
interface Shop {
  readonly show: Show;
  readonly buying: Buying;
  readonly catalog: Product[];
  readonly forMe: Stock;
  readonly entries: RoomEntries;
  /** The product that the picture shows. */
  readonly onScreen: string | null;
  readonly delivery: { readonly country: string };
  readonly sells: boolean;
  readonly takesOrders: boolean;
  readonly waits:
    (Pick<WaitParts, "take"> & { places: Pick<WaitParts["places"], "offerOf"> }) | null;
  readonly chat: { readonly talk: { open: boolean } } | null;
  open(view: "product" | "checkout", id?: string | null, preset?: Preset | null): void;
}
interface Preset {
  sku: string;
  quantity: number;
}

export class Wishes {
  #last = $state.raw<Understood | null>(null);
  /** What was held says so for as long as these very goods are, and how many: not once they were paid
   *  or given back, alone or with others, or the time has run out. */
  readonly now = $derived.by((): Understood | null => {
    const last = this.#last;
    if (last?.step !== "held" && last?.step !== "yours") return last;
    const quantity = this.store.buying.heldOf(last.skus[0]!);
    return quantity > 0 ? { ...last, quantity } : null;
  });

  /** A number to say by example how it is done: of the product on screen, or the first one. Null where
   *  it is switched off, or nothing can be held. */
  readonly example = $derived.by((): number | null => {
    const { entries, onScreen, sells, show, takesOrders } = this.store;
    const isOff = entries.chat?.buy_by_comment === false || entries.chat?.emoji_only === true;
    const id = onScreen ?? show.products[0]?.id;
    return isOff || !sells || !takesOrders || !id ? null : numberOf(show, id);
  });

  constructor(private readonly store: Shop) {}

  /** What the server understood of a message that it has taken. */
  heard(wish: Wish): void {
    const product = this.#product(wish.product_id);
    this.#last = {
      number: wish.item_number,
      step: product ? "asking" : "unknown",
      product,
      skus: wish.skus,
      quantity: wish.quantity,
      key: wish.key,
    };
    if (!product) return;
    if (!this.store.takesOrders || !this.store.sells) this.openSheet();
    else if (wish.sku) void this.hold(wish.sku);
  }

  async hold(sku: string): Promise<void> {
    const wish = this.now;
    const { buying, catalog, delivery } = this.store;
    const variant = findVariant(catalog, sku)?.variant;
    // A press of the button is under way: the question stays until it is done.
    if (!wish || !variant || buying.busy || wish.step === "holding") return;
    // A page that was suspended does not know what another tab holds.
    buying.catchUp();
    if (buying.heldOf(sku) > 0) return this.#step(wish, "yours", [sku]);
    // The bank has a payment, and nothing is added to what it is for: the sheet says so.
    if (buying.underWay) return this.#toSheet(wish, sku);
    const waited = this.store.waits?.places.offerOf(sku);
    if (waited) return this.#take(wish, waited);
    this.#step(wish, "holding", [sku]);
    const lines = [{ sku, quantity: wish.quantity }];
    const sum = times(variant.price, wish.quantity);
    const isHeld = await buying.reserve(lines, sum, delivery.country, wish.key);
    // Another message was understood meanwhile.
    if (this.#last?.key !== wish.key) return;
    const isOwn = buying.problem?.code === "already_held" && buying.heldOf(sku) > 0;
    this.#step(wish, isHeld ? "held" : isOwn ? "yours" : "refused", [sku]);
  }

  /** It is held for them already, in their turn: nobody needs a second one for that. Where it cannot be
   *  taken now, the sheet says why. */
  async #take(wish: Understood, waited: Wait): Promise<void> {
    this.#step(wish, "holding", [waited.sku]);
    const isTaken = await this.store.waits?.take(waited);
    if (this.#last?.key !== wish.key) return;
    if (isTaken) this.#step(wish, "yours", [waited.sku]);
    else this.#toSheet(wish, waited.sku);
  }

  /** The product with what was said of it chosen. */
  openSheet(): void {
    const wish = this.now;
    if (!wish) return;
    // Of several nobody has named one: one that is left comes first.
    const left = wish.skus.find((sku) => this.store.forMe[sku] !== 0);
    this.#toSheet(wish, left ?? wish.skus[0]);
  }

  /** `/12`: that product, or a sentence that there is none. */
  openItem(number: number): void {
    const product = this.#product(productOf(this.store.show, number));
    const unknown = { skus: [], quantity: 1, key: "", product: null };
    this.#last = product ? null : { number, step: "unknown", ...unknown };
    if (product) this.#open(product.id, null);
  }

  checkOut(): void {
    this.#last = null;
    this.#leaveChat();
    this.store.open("checkout");
  }

  putAway(): void {
    this.#last = null;
  }

  #toSheet({ product, quantity }: Understood, sku: string | undefined): void {
    if (!product) return;
    this.#last = null;
    this.#open(product.id, sku ? { sku, quantity } : null);
  }

  #open(id: string, preset: Preset | null): void {
    this.#leaveChat();
    this.store.open("product", id, preset);
  }

  /** On a phone it lies over the page. */
  #leaveChat(): void {
    const talk = this.store.chat?.talk;
    if (talk) talk.open = false;
  }

  #step(wish: Understood, step: Step, skus: readonly string[]): void {
    this.#last = { ...wish, step, skus };
  }

  #product(id: string | null): Product | null {
    return this.store.show.products.find((product) => product.id === id) ?? null;
  }
}
