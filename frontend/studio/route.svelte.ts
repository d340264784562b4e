/** Where in the studio: `/studio`, `/studio/shows/{id}` (control room), `/studio/shows/{id}/products`,
 *  `/studio/shows/{id}/setup`, `/studio/shows/{id}/device`,
 *  `/studio/shows/{id}/destinations`, `/studio/shows/{id}/chat`, `/studio/account`, `/studio/money`, `/studio/safety`, `/studio/join` (an
 *  invitation); `/desk`, `/desk/{page}`, `/desk/{page}/{id}`
 *  (`desk/pages.ts`). */
import { tick } from "svelte";
import { deskPage, FIRST } from "../desk/pages";

export type ShowPlace = "room" | "products" | "setup" | "device" | "destinations";
export type Route =
  | { place: "list" }
  | { place: "account" }
  | { place: "money" }
  | { place: "safety" }
  | { place: "join" }
  | { place: ShowPlace | "chat"; showId: string }
  | { place: "desk"; name: string; id: string | null };

export function parse(path: string): Route {
  const show = /^\/studio\/shows\/([^/]+)(?:\/(products|setup|device|destinations|chat))?\/?$/.exec(
    path,
  );
  if (show)
    return { place: (show[2] as ShowPlace | "chat" | undefined) ?? "room", showId: show[1]! };
  const desk = /^\/desk(?:\/([^/]+)(?:\/([^/]+))?)?\/?$/.exec(path);
  if (desk) {
    const page = deskPage(desk[1]);
    const isOne = page.loadOne && page.name === desk[1];
    return { place: "desk", name: page.name, id: (isOne ? desk[2] : null) ?? null };
  }
  if (/^\/studio\/account\/?$/.test(path)) return { place: "account" };
  if (/^\/studio\/money\/?$/.test(path)) return { place: "money" };
  if (/^\/studio\/safety\/?$/.test(path)) return { place: "safety" };
  if (/^\/studio\/join\/?$/.test(path)) return { place: "join" };
  return { place: "list" };
}

export function pathTo(route: Route): string {
  if (route.place === "list") return "/studio";
  if (route.place === "account" || route.place === "money" || route.place === "safety")
    return `/studio/${route.place}`;
  if (route.place === "join") return "/studio/join";
  if (route.place === "desk") {
    if (route.id !== null) return `/desk/${route.name}/${route.id}`;
    return route.name === FIRST.name ? "/desk" : `/desk/${route.name}`;
  }
  return `/studio/shows/${route.showId}${route.place === "room" ? "" : `/${route.place}`}`;
}

class Location {
  route = $state.raw<Route>(parse(location.pathname));

  go(route: Route): void {
    history.pushState(null, "", pathTo(route));
    this.read();
    void this.#arrive();
  }

  /** Another address for the same step: going back does not lead here again. */
  replace(route: Route): void {
    history.replaceState(null, "", pathTo(route));
    this.read();
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

const part = (path: string): string => path.split("/")[1] ?? "";

/** Plain clicks on links within the studio, or within the desk, stay in the page; anything with a modifier is the
 *  browser's. From one to the other is a new page: only the studio's may ask for the camera. */
export function follow(event: MouseEvent): void {
  const link = (event.target as Element).closest<HTMLAnchorElement>(
    "a[href^='/studio'], a[href^='/desk']",
  );
  const plain = event.button === 0 && !event.metaKey && !event.ctrlKey && !event.shiftKey;
  const isWhole = !link?.search && !link?.hash;
  if (!link || !plain || !isWhole || part(link.pathname) !== part(location.pathname)) return;
  event.preventDefault();
  here.go(parse(link.pathname));
}
