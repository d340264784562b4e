/** The pages of the merchant's desk, in the order of its navigation. A new page is one entry here, with its words under
 *  `desk.tab.…`; the desk draws bar and heading landmark around it and loads it when somebody goes there. What is set up
 *  once stands under the settings, so that the bar has room for five places on a phone. */
import type { Component } from "svelte";

type Loaded<Props extends Record<string, unknown>> = Promise<{ default: Component<Props> }>;

export interface DeskPage {
  /** As in the address: `/desk/{name}`; the first page is `/desk` itself. */
  name: string;
  label: string;
  /** The place in the bar that it belongs to, if it is not one itself. */
  under?: "products" | "settings";
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
    name: "products",
    label: "desk.tab.products",
    load: () => import("./product-list.svelte"),
    loadOne: () => import("./product-page.svelte"),
  },
  {
    name: "imports",
    label: "desk.tab.imports",
    under: "products",
    load: () => import("./imports-page.svelte"),
    loadOne: () => import("./import-page.svelte"),
  },
  {
    name: "money",
    label: "desk.tab.money",
    load: () => import("./money-page.svelte"),
  },
  {
    name: "terms",
    label: "desk.tab.terms",
    under: "settings",
    load: () => import("./terms-page.svelte"),
  },
  {
    name: "developers",
    label: "desk.tab.developers",
    under: "settings",
    load: () => import("./developers-page.svelte"),
  },
  {
    name: "team",
    label: "desk.tab.team",
    under: "settings",
    load: () => import("./team-page.svelte"),
  },
];

export const FIRST = DESK_PAGES[0]!;

/** The page that an address means: the first one, where there is none of that name. */
export const deskPage = (name: string | undefined): DeskPage =>
  DESK_PAGES.find((page) => page.name === name) ?? FIRST;

export const SETTINGS = DESK_PAGES.filter(({ under }) => under === "settings");

/** The places in the bar, each with the page that it leads to. */
export const DESK_TABS: readonly { label: string; name: string }[] = [
  ...DESK_PAGES.filter(({ under }) => !under),
  { label: "desk.tab.settings", name: SETTINGS[0]!.name },
];

/** Whether two pages stand under the same place in the bar. */
export function isSameTab(one: string, other: string): boolean {
  const tab = ({ name, under }: DeskPage) => under ?? name;
  return tab(deskPage(one)) === tab(deskPage(other));
}
