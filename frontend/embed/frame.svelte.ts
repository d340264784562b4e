/** Inside the frame: tells the page around it what happens. No buyer data crosses. */
import type { ShowStore } from "../shop/store.svelte";
import { SOURCE, VERSION, type FrameMessage } from "./contract";

/** Only the page that framed us, and only at the origin that the loader named; frame-ancestors has
 *  let in nobody else. */
function parentOrigin(): string | null {
  const named = new URLSearchParams(location.search).get("parent") ?? location.ancestorOrigins?.[0];
  try {
    return named ? new URL(named).origin : null;
  } catch {
    return null;
  }
}

/** Below this width the picture fills the frame; from it on, the shelf stands beside the picture
 *  (`45rem` in show-layout.css). */
const WIDE = 720;
/** From here on the shelf stands beside a wide picture (`--desk`). */
const DESK = 960;
const TALLEST = 820;
const NAME_LINE = 44;
/** Under a wide picture: whose show it is, what is on screen, three rows of the shelf. */
const BELOW = 420;
/** A band takes no more than this of the height (`46dvh` in show-layout.css). */
const BAND_SHARE = 0.46;

/** The height in CSS pixels at which nothing is cut and no more of the brand's page is taken than
 *  needed. */
export function fittingHeight(width: number, ratio: number): number {
  const band = width / ratio;
  if (ratio >= 1 && width < DESK)
    return Math.round(Math.max(band + BELOW, band / BAND_SHARE)) + NAME_LINE;
  return Math.round(width < WIDE ? Math.min(TALLEST, band) : 720) + NAME_LINE;
}

export function announce(store: ShowStore): void {
  const origin = parentOrigin();
  if (!origin || window.parent === window) return;
  const said = new Map<string, string>();
  const say = (message: FrameMessage) => {
    const text = JSON.stringify(message);
    if (said.get(message.type) === text) return;
    said.set(message.type, text);
    window.parent.postMessage({ source: SOURCE, version: VERSION, ...message }, origin);
  };
  const { words } = store;

  const resize = () => say({ type: "resize", height: fittingHeight(innerWidth, store.ratio) });
  new ResizeObserver(resize).observe(document.documentElement);
  say({ type: "ready", show: store.page.show.slug, title: words.pick(store.page.show.title) });
  $effect.root(() => {
    $effect(resize);
    $effect(() =>
      say({
        type: "state",
        state: store.clip ? "clip" : store.recorded ? "replay" : store.show.state,
      }),
    );
    $effect(() => {
      const product = store.featuredNow ? store.featured : null;
      say({
        type: "pin",
        product: product && { id: product.id, slug: product.slug, name: words.pick(product.name) },
      });
    });
    $effect(() => {
      if (store.buying.orders.length && !store.buying.recalled)
        say({
          type: "order",
          orders: store.buying.orders.map(({ id, number, total }) => ({ id, number, total })),
        });
    });
  });
}
