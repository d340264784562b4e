/** A show with its real store, for tests of what the page says about it. */
import { provideShow } from "../context";
import type { Cue, DropCue, Product, Show } from "../contract";
import type { Language } from "../i18n/i18n";
import type { ShowPageData } from "../page";
import { empty, type Room } from "../room/fold";
import { ShowStore } from "../shop/store.svelte";
import { english, markup, textOf } from "./rendered";
import { pounds } from "./shop";
import type { Component } from "svelte";

export const words = (en: string, ar = `«${en}»`) => ({ en, ar });

/** One variant a colour, in the order of their prices. */
export function product(id: string, prices: Record<string, number> = { only: 2000 }): Product {
  const codes = Object.keys(prices);
  const several = codes.length > 1;
  return {
    id,
    slug: id,
    merchant: { id: "mer_1", name: words("Loamwick", "لوم ويك") },
    name: words(`The ${id}`),
    summary: words("Made by hand"),
    description: words("Made by hand in Bristol."),
    options: several
      ? [
          {
            code: "colour",
            name: words("Colour", "اللون"),
            values: codes.map((code) => ({ code, name: words(code), swatch: "#c0ffee" })),
          },
        ]
      : [],
    pictures: [{ url: `/media/${id}.webp` }],
    variants: codes.map((code) => ({
      sku: `${id}-${code}`,
      options: several ? { colour: code } : {},
      price: pounds(prices[code]!),
      prior_price: null,
      pictures: [],
    })),
  } as unknown as Product;
}

export const MUG = product("mug");
export const VASE = product("vase", { moss: 5200, blush: 4800 });

export const show = (more: Partial<Show> = {}): Show =>
  ({
    id: "show_1",
    slug: "kiln",
    state: "live",
    title: words("The slow morning edit", "جولة الصباح"),
    description: null,
    host: { id: "cre_1", name: words("Noor", "نور"), avatar_url: "/media/noor.webp" },
    starts_at: null,
    went_live_at: "2026-11-26T10:00:00Z",
    ended_at: null,
    replay: null,
    caption_languages: [],
    products: [MUG, VASE],
    product_ids: [MUG.id, VASE.id],
    item_numbers: [1, 2],
    poster_url: null,
    picture_ratio: null,
    playback: { hls_url: "/hls/show_1/index.m3u8", events_url: "/rooms/1", rewind_url: null },
    ...more,
  }) as unknown as Show;

export function storeOf(
  of: Show = show(),
  more: Partial<ShowPageData> = {},
  by: Language = english,
): ShowStore {
  const page = {
    lang: by.lang,
    show: of,
    stock: {},
    api: "/api/v1",
    home: "/",
    other_language_url: "?lang=ar",
    country: "GB",
    hold_seconds: 300,
    payments: { test: {} },
    mails: true,
    save_data: false,
    embed: null,
    clip: null,
    ...more,
  } as unknown as ShowPageData;
  return new ShowStore(page, by);
}

/** One that opens half a minute after it was announced, and lasts one. */
export const dropCue = (more: Partial<DropCue["payload"]> = {}): DropCue => ({
  id: "cue_1",
  kind: "drop",
  start: "2026-11-27T10:00:00.000Z",
  end: null,
  payload: {
    drop_id: "drop_1",
    product_id: "mug",
    sku: "mug-only",
    name: words("The mug", "الكوب"),
    units: 40,
    per_person: 1,
    price: pounds(1900),
    was: null,
    opens_at: "2026-11-27T10:00:30.000Z",
    closes_at: "2026-11-27T10:01:30.000Z",
    holds_s: 90,
    terms_sha256: null,
    ...more,
  },
});

export const pin = (id: string, product_id: string, start: string): Cue =>
  ({
    id,
    kind: "pin",
    start,
    end: null,
    payload: { product_id, name: null, price: pounds(1500) },
  }) as unknown as Cue;

/** What the room says, over the page. */
export const room = (entries: object, more: Partial<Room> = {}): Room => ({
  ...empty,
  seq: 1,
  clockOffset: 0,
  ...more,
  entries: entries as Room["entries"],
});

export const htmlOf = <Props extends object>(
  component: Component<Props>,
  store: ShowStore,
  props = {} as Props,
): string => markup(component, props, { words: store.words, provide: () => provideShow(store) });

export const said = <Props extends object>(
  component: Component<Props>,
  store: ShowStore,
  props = {} as Props,
): string => textOf(htmlOf(component, store, props));
