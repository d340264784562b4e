/** What a viewer's messages want, for tests of what the page makes of it. */
import { beforeEach, expect, vi } from "vitest";
import { Talk } from "../chat/talk.svelte";
import { Wishes } from "../chat/wishes.svelte";
import type { Wish } from "../contract";
import type { Language } from "../i18n/i18n";
import type { ShowPageData } from "../page";
import { english } from "./rendered";
import { storage } from "./shop";
import { show, storeOf } from "./show";

export const MUG_WISH: Wish = {
  key: "KEY_1",
  item_number: 1,
  product_id: "mug",
  sku: "mug-only",
  skus: ["mug-only"],
  quantity: 2,
};
export const VASE_WISH: Wish = {
  key: "KEY_V",
  item_number: 2,
  product_id: "vase",
  sku: null,
  skus: ["vase-moss", "vase-blush"],
  quantity: 1,
};
export const HELD = [{ sku: "mug-only", quantity: 2 }];

/** For a whole file of tests: as much of a browser as the store asks. */
export function standInBrowser(): void {
  beforeEach(() => {
    storage();
    vi.stubGlobal("history", { pushState: () => undefined, back: () => undefined });
    vi.stubGlobal("document", {
      activeElement: null,
      querySelector: () => null,
      documentElement: { lang: "en" },
    });
    vi.stubGlobal("HTMLElement", class {});
    vi.stubGlobal("window", { scrollTo: () => undefined });
  });
}

export function wishesOf(words: Language = english, page: Partial<ShowPageData> = {}) {
  const store = storeOf(show(), page, words);
  const talk = new Talk(store);
  talk.wishes = new Wishes(store);
  return { store, talk, wishes: talk.wishes };
}

/** A request is repeated twice, after 600 and 1200 ms. */
export const settled = (wishes: Wishes) =>
  vi.waitFor(() => expect(wishes.now?.step).not.toBe("holding"), { timeout: 10_000 });
