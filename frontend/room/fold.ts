/** The room as a document: a snapshot, then single keys, then sampled state. `fold(snapshot(n),
 *  events n..m) == snapshot(m)`. */
import type { Cue, Product, RoomEntries, RoomEvent, Show } from "../contract";
import { numberOf, type Numbered } from "../shop/item-numbers";

export interface Room {
  seq: number;
  entries: RoomEntries;
  viewers: number | null;
  hearts: number | null;
  /** Another number when what is asked has changed. */
  questions: number | null;
  stock: Readonly<Record<string, number>>;
  /** Milliseconds to add to this machine's clock to have the server's. */
  clockOffset: number | null;
}

export const empty: Room = {
  seq: -1,
  entries: {},
  viewers: null,
  hearts: null,
  questions: null,
  stock: {},
  clockOffset: null,
};

export function fold(room: Room, event: RoomEvent, receivedAt: number): Room {
  const clockOffset = nearest(room.clockOffset, event.ts - receivedAt);
  switch (event.type) {
    case "snapshot":
      return { ...room, clockOffset, seq: event.seq, entries: event.entries };
    case "set":
      if (event.seq <= room.seq) return room;
      return {
        ...room,
        clockOffset,
        seq: event.seq,
        entries: withKey(room.entries, event.key, event.value),
      };
    case "state":
      return {
        ...room,
        clockOffset,
        viewers: event.viewers,
        hearts: event.hearts,
        questions: event.questions,
        stock: event.stock,
      };
  }
}

/** An event can only arrive late, so the largest offset seen is the truest one. */
const nearest = (known: number | null, seen: number) =>
  known === null ? seen : Math.max(known, seen);

/** The server pairs keys and values; a type cannot follow a key that is only known when it
 *  comes. */
function withKey(entries: RoomEntries, key: string, value: unknown): RoomEntries {
  const { [key]: _, ...others } = entries as Record<string, unknown>;
  return (value === null ? others : { ...others, [key]: value }) as RoomEntries;
}

export function cuesOf(room: Room): Cue[] {
  return Object.entries(room.entries).flatMap(([key, value]) =>
    key.startsWith("cue/") ? [value as Cue] : [],
  );
}

/** The show as the room knows it: state and times from "show", products in shelf order, newer facts
 *  over the page's. */
export function showOf(room: Room, page: Show): Show {
  // Before the room has spoken the page is all there is; from then on what the room does not have
  // has left the shelf.
  const products =
    room.seq < 0
      ? page.products
      : page.products.flatMap((product) => room.entries[`product/${product.id}`] ?? []);
  const known = new Set(page.products.map((product) => product.id));
  const added = Object.entries(room.entries)
    .filter(
      ([key, value]) => key.startsWith("product/") && value && !known.has((value as Product).id),
    )
    .map(([, value]) => value as Product);
  const show = room.entries.show;
  return { ...page, ...show, ...numbers(show, page), products: [...products, ...added] };
}

/** A room that was stored before products had numbers says none: they are the page's, each with its
 *  product, which may stand elsewhere by now. */
function numbers(show: Partial<Numbered> | undefined, page: Numbered): Partial<Numbered> {
  if (!show?.product_ids || show.item_numbers) return {};
  return { item_numbers: show.product_ids.map((id) => numberOf(page, id) ?? 0) };
}

/** What is left by SKU: in a rehearsal what its test buyers have left, who buy nothing real. */
export const stockOf = ({ stock, entries }: Room): Readonly<Record<string, number>> =>
  entries.rehearsal ? { ...stock, ...entries.rehearsal.stock } : stock;
