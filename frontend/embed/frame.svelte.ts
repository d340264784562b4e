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
const TALLEST = 820;
const NAME_LINE = 44;

/** The height in CSS pixels at which nothing is cut and no more of the brand's page is taken than
 *  needed. */
export function fittingHeight(width: number): number {
  return Math.round(width < WIDE ? Math.min(TALLEST, (width * 16) / 9) : 720) + NAME_LINE;
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

  new ResizeObserver(() => say({ type: "resize", height: fittingHeight(innerWidth) })).observe(
    document.documentElement,
  );
  say({ type: "ready", show: store.page.show.slug, title: words.pick(store.page.show.title) });
  $effect.root(() => {
    $effect(() => say({ type: "state", state: store.show.state }));
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
