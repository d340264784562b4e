/** Where in the studio: `/studio`, `/studio/shows/{id}` (control room),
 *  `/studio/shows/{id}/products`, `/studio/shows/{id}/setup`. */
import { tick } from "svelte";

export type Place = "list" | "room" | "products" | "setup";
export interface Route {
  place: Place;
  showId: string | null;
}

export function parse(path: string): Route {
  const match = /^\/studio\/shows\/([^/]+)(?:\/(products|setup))?\/?$/.exec(path);
  return match
    ? { place: (match[2] as Place | undefined) ?? "room", showId: match[1]! }
    : { place: "list", showId: null };
}

export function pathTo(place: Place, showId: string | null = null): string {
  if (place === "list" || !showId) return "/studio";
  return `/studio/shows/${showId}${place === "room" ? "" : `/${place}`}`;
}

class Location {
  route = $state.raw<Route>(parse(location.pathname));

  go(place: Place, showId: string | null = null): void {
    history.pushState(null, "", pathTo(place, showId));
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

/** Plain clicks on the studio's own links stay in the page; anything with a modifier is the
 *  browser's. */
export function follow(event: MouseEvent): void {
  const link = (event.target as Element).closest<HTMLAnchorElement>("a[href^='/studio']");
  if (
    !link ||
    event.button !== 0 ||
    event.metaKey ||
    event.ctrlKey ||
    event.shiftKey ||
    link.search
  )
    return;
  event.preventDefault();
  const { place, showId } = parse(link.pathname);
  here.go(place, showId);
}
