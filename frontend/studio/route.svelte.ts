/** Where in the studio: `/studio`, `/studio/shows/{id}` (control room), `/studio/shows/{id}/products`,
 *  `/studio/shows/{id}/setup`, `/studio/shows/{id}/device`,
 *  `/studio/shows/{id}/destinations`, `/studio/orders`, `/studio/orders/{id}`, `/studio/account`. */
import { tick } from "svelte";

export type ShowPlace = "room" | "products" | "setup" | "device" | "destinations";
export type Route =
  | { place: "list" }
  | { place: "orders" }
  | { place: "account" }
  | { place: ShowPlace; showId: string }
  | { place: "order"; orderId: string };

export function parse(path: string): Route {
  const show = /^\/studio\/shows\/([^/]+)(?:\/(products|setup|device|destinations))?\/?$/.exec(
    path,
  );
  if (show) return { place: (show[2] as ShowPlace | undefined) ?? "room", showId: show[1]! };
  const order = /^\/studio\/orders(?:\/([^/]+))?\/?$/.exec(path);
  if (order) return order[1] ? { place: "order", orderId: order[1] } : { place: "orders" };
  if (/^\/studio\/account\/?$/.test(path)) return { place: "account" };
  return { place: "list" };
}

export function pathTo(route: Route): string {
  if (route.place === "list") return "/studio";
  if (route.place === "account") return "/studio/account";
  if (route.place === "orders") return "/studio/orders";
  if (route.place === "order") return `/studio/orders/${route.orderId}`;
  return `/studio/shows/${route.showId}${route.place === "room" ? "" : `/${route.place}`}`;
}

class Location {
  route = $state.raw<Route>(parse(location.pathname));

  go(route: Route): void {
    history.pushState(null, "", pathTo(route));
    this.read();
    void this.#arrive();
  }

  /** The new place is there only after the next rendering. */
  async #arrive(): Promise<void> {
    await tick();
    document.querySelector<HTMLElement>("#main")?.focus({ preventScroll: true });
    window.scrollTo({ top: 0 });
  }

  read(): void {
    this.route = parse(location.pathname);
  }
}

export const here = new Location();

/** Plain clicks on the studio's own links stay in the page; anything with a modifier is the browser's. */
export function follow(event: MouseEvent): void {
  const link = (event.target as Element).closest<HTMLAnchorElement>("a[href^='/studio']");
  const plain = event.button === 0 && !event.metaKey && !event.ctrlKey && !event.shiftKey;
  if (!link || !plain || link.search) return;
  event.preventDefault();
  here.go(parse(link.pathname));
}
