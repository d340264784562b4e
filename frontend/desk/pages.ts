/** The pages of the merchant's desk, in the order of its navigation. A new page is one entry here, with its words under
 *  `desk.tab.…`; the desk draws bar and heading landmark around it and loads it when somebody goes there. */
import type { Component } from "svelte";

type Loaded<Props extends Record<string, unknown>> = Promise<{ default: Component<Props> }>;

export interface DeskPage {
  /** As in the address: `/desk/{name}`; the first page is `/desk` itself. */
  name: string;
  label: string;
  load: () => Loaded<Record<string, never>>;
  /** The page about one of them: `/desk/{name}/{id}`. */
  loadOne?: () => Loaded<{ id: string }>;
}

export const DESK_PAGES: readonly DeskPage[] = [
  {
    name: "orders",
    label: "desk.tab.orders",
    load: () => import("./order-list.svelte"),
    loadOne: () => import("./order-page.svelte"),
  },
  {
    name: "imports",
    label: "desk.tab.imports",
    load: () => import("./imports-page.svelte"),
    loadOne: () => import("./import-page.svelte"),
  },
  {
    name: "developers",
    label: "desk.tab.developers",
    load: () => import("./developers-page.svelte"),
  },
  {
    name: "money",
    label: "desk.tab.money",
    load: () => import("./money-page.svelte"),
  },
  {
    name: "products",
    label: "desk.tab.products",
    load: () => import("./product-list.svelte"),
    loadOne: () => import("./product-page.svelte"),
  },
];

export const FIRST = DESK_PAGES[0]!;

/** The page that an address means: the first one, where there is none of that name. */
export const deskPage = (name: string | undefined): DeskPage =>
  DESK_PAGES.find((page) => page.name === name) ?? FIRST;
