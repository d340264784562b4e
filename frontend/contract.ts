/** The JSON of the public API and of the room, version 1, as the pages read it. */

export type Lang = "en" | "ar";
export type Words = Record<Lang, string>;

export interface Money {
  /** Whole minor units of the currency. */
  amount: number;
  currency: string;
}

export interface OptionValue {
  code: string;
  name: Words;
  swatch?: string;
}
export interface Axis {
  code: string;
  name: Words;
  values: OptionValue[];
}
export interface Picture {
  url: string;
  width: number;
  height: number;
  alt: Words;
  shows: Record<string, string>;
}
export interface Variant {
  sku: string;
  options: Record<string, string>;
  price: Money;
  pictures: number[];
}
export interface Merchant {
  id: string;
  slug: string;
  name: Words;
  avatar_url: string | null;
}
export interface Product {
  id: string;
  slug: string;
  merchant: Merchant;
  name: Words;
  summary: Words;
  description: Words;
  options: Axis[];
  pictures: Picture[];
  variants: Variant[];
}

export type ShowState = "draft" | "scheduled" | "live" | "interrupted" | "ended";
export interface Show {
  id: string;
  slug: string;
  title: Words;
  state: ShowState;
  market: string;
  currency: string;
  starts_at: string | null;
  went_live_at: string | null;
  ended_at: string | null;
  host: { id: string; name: Words; avatar_url: string | null };
  poster_url: string | null;
  products: Product[];
  playback: { hls_url: string; events_url: string };
}

/** An interval `[start, end)` on the show clock. `end` is null while it is open. */
export interface Cue {
  id: string;
  kind: string;
  start: string;
  end: string | null;
  payload: { product_id?: string };
}

export interface HoldLine {
  sku: string;
  quantity: number;
  unit_price: Money;
  total: Money;
}
export interface Hold {
  id: string;
  token: string;
  expires_at: string;
  total: Money;
  lines: HoldLine[];
}
export interface Address {
  name: string;
  line1: string;
  line2?: string;
  city: string;
  postal_code: string;
  country: string;
}
export interface PlacedOrder {
  id: string;
  number: string;
  seller: Words;
  total: Money;
}
export type PaymentStatus = "open" | "paid" | "pending" | "needs_confirmation" | "declined" | "expired";
export interface Payment {
  status: PaymentStatus;
  orders: PlacedOrder[];
  expires_at: string;
}
export interface Checkout {
  id: string;
  hold_id: string;
  total: Money;
  expires_at: string;
  status: string;
}

export interface Warning {
  code: string;
  params: Record<string, string | number>;
}
export interface Health {
  video: { codec: string; profile: string; level: string; width: number; height: number; fps: number; bitrate: number; keyframe_interval: number } | null;
  audio: { codec: string; rate: number; channels: number; bitrate: number } | null;
  warnings: Warning[];
}
export interface StudioView {
  show: Show;
  ingest: { state: "none" | "publishing" | "lost"; health: Health | null; refusals: { at: string; code: string }[] };
  key_hint: string | null;
  rtmp_url: string;
  preview_hls_url: string | null;
}
export interface SoldItem {
  name: Words;
  options_text: Words | string;
  sku: string;
  quantity: number;
  picture_url: string | null;
}
export interface Sales {
  totals: Money[];
  orders: number;
  units: number;
  recent: { at: string; items: SoldItem[]; total: Money }[];
}
export interface Session {
  person: { id: string; name: string };
  csrf: string;
  merchants: string[];
  /** The creator that this person hosts as. */
  creator: string | null;
  operator: boolean;
}
export interface Page<Item> {
  items: Item[];
  next_cursor: string | null;
}
