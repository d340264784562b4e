/** What the server put beside the markup for the script: read once, typed, never trusted as
 *  HTML. */
import type { Clip, Lang, Show, Words } from "./contract";
import type { Catalog } from "./i18n/i18n";
import type { StripeSetup } from "./shop/stripe";

export interface Theme {
  accent?: string;
  accent_dark?: string;
  /** The page's ground, `#rrggbb`, on light and on dark. */
  ground?: string;
  ground_dark?: string;
  /** A font family of the viewer's own device, like `Georgia, serif`. */
  font?: string;
  /** Corner radius in CSS pixels, 0 to 24. */
  corners?: number;
}

export interface PageData {
  lang: Lang;
  messages: Catalog;
  api: string;
  home: string;
  other_language_url: string;
}
export interface Payments {
  test?: Record<string, never>;
  stripe?: StripeSetup;
}
export interface ShowPageData extends PageData {
  show: Show;
  stock: Record<string, number>;
  /** Where the market delivers, ISO 3166-1 alpha-2. */
  country: string;
  postal_code_needed: boolean;
  hold_seconds: number;
  /** How one can pay: providers by name, with what their forms need. `test` takes no real money. */
  payments: Payments;
  /** Buyers get a mail about their orders. */
  mails: boolean;
  /** The request asked to save data (`Save-Data: on`). */
  save_data: boolean;
  /** The page shows what people say. */
  chat: boolean;
  embed: { theme: Theme | null } | null;
  /** The page, or the frame, is about a part of the show. */
  clip: (Clip & { others: Clip[] }) | null;
  /** The show is being rehearsed, and its team watches. */
  rehearsal?: { show_id: string; ends_at: string };
}

/** The page of a show's rehearsals, before its script has asked for one. */
export interface RehearsalPage extends PageData {
  rehearsal: { show_id: string };
}

export interface AccountPage extends PageData {
  /** Mails can be sent, so that somebody can sign in by one. */
  mails: boolean;
  /** In which an address can be. */
  countries: string[];
}

export interface StudioPage extends PageData {
  markets: { code: string; name: Words; currency: string; country: string }[];
  /** Settings without which nothing can be paid. */
  payments_missing: string[];
}

export function pageData<T extends PageData>(): T {
  const source = document.getElementById("page-data");
  if (!source?.textContent) throw new Error("the page carries no page-data");
  return JSON.parse(source.textContent) as T;
}
