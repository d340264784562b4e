/** Inside the frame: tells the page around it what happens. No buyer data crosses. */
import type { ShowStore } from "../shop/store.svelte";
import { SOURCE, VERSION, type FrameMessage } from "./contract";

/** Only the page that framed us, and only at the origin that the loader named; frame-ancestors has let in nobody else. */
function parentOrigin(): string | null {
  const named = new URLSearchParams(location.search).get("parent") ?? location.ancestorOrigins?.[0];
  try {
    return named ? new URL(named).origin : null;
  } catch {
    return null;
  }
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

  say({ type: "ready", show: store.page.show.slug, title: words.pick(store.page.show.title) });
  $effect.root(() => {
    $effect(() => say({ type: "state", state: store.show.state }));
    $effect(() => {
      const product = store.featuredNow ? store.featured : null;
      say({ type: "pin", product: product && { id: product.id, slug: product.slug, name: words.pick(product.name) } });
    });
    $effect(() => {
      if (store.buying.orders.length) say({ type: "order", orders: store.buying.orders.map(({ id, number, total }) => ({ id, number, total })) });
    });
  });
}
