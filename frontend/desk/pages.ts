/** The pages of the merchant's desk, in the order of its navigation. A new page is one entry here, with its words under
 *  `desk.tab.…`; the desk draws bar and heading landmark around it and loads it when somebody goes there. What is set up
 *  once stands under the settings, so that the bar has room for five places on a phone. */
import type { Component } from "svelte";
import type { Action, Session } from "../contract";

type Loaded<Props extends Record<string, unknown>> = Promise<{ default: Component<Props> }>;

export interface DeskPage {
  /** As in the address: `/desk/{name}`; the first page is `/desk` itself. */
  name: string;
  label: string;
  /** The right without which the page has nothing to show. */
  needs: Action;
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
    needs: "orders.read",
    load: () => import("./order-list.svelte"),
    loadOne: () => import("./order-page.svelte"),
  },
  {
    name: "products",
    label: "desk.tab.products",
    needs: "catalog.read",
    load: () => import("./product-list.svelte"),
    loadOne: () => import("./product-page.svelte"),
  },
  {
    name: "imports",
    label: "desk.tab.imports",
    needs: "catalog.read",
    under: "products",
    load: () => import("./imports-page.svelte"),
    loadOne: () => import("./import-page.svelte"),
  },
  {
    name: "money",
    label: "desk.tab.money",
    needs: "money.read",
    load: () => import("./money-page.svelte"),
  },
  {
    name: "delivery",
    label: "desk.tab.delivery",
    needs: "seller.read",
    under: "settings",
    load: () => import("./delivery-page.svelte"),
  },
  {
    name: "terms",
    label: "desk.tab.terms",
    needs: "seller.read",
    under: "settings",
    load: () => import("./terms-page.svelte"),
  },
  {
    name: "chat-words",
    label: "desk.tab.chat_words",
    needs: "seller.read",
    under: "settings",
    load: () => import("./chat-words-page.svelte"),
  },
  {
    name: "mails",
    label: "desk.tab.mails",
    needs: "orders.fulfil",
    under: "settings",
    load: () => import("./mails-page.svelte"),
  },
  {
    name: "developers",
    label: "desk.tab.developers",
    needs: "developers.manage",
    under: "settings",
    load: () => import("./developers-page.svelte"),
  },
  {
    name: "team",
    label: "desk.tab.team",
    needs: "team.read",
    under: "settings",
    load: () => import("./team-page.svelte"),
  },
];

export const FIRST = DESK_PAGES[0]!;

/** The page that an address means: the first one, where there is none of that name. */
export const deskPage = (name: string | undefined): DeskPage =>
  DESK_PAGES.find((page) => page.name === name) ?? FIRST;

/** What somebody may do at the desk: the rights of their roles with sellers. What they may do for a creator opens nothing
 *  here. */
export function deskRights(session: Session | null): ReadonlySet<Action> {
  const teams = session?.teams.filter(({ team }) => session.merchants.includes(team)) ?? [];
  return new Set(teams.flatMap(({ may }) => may));
}

export const pagesFor = (rights: ReadonlySet<Action>): readonly DeskPage[] =>
  DESK_PAGES.filter(({ needs }) => rights.has(needs));

export const settingsFor = (rights: ReadonlySet<Action>): readonly DeskPage[] =>
  pagesFor(rights).filter(({ under }) => under === "settings");

/** The places in the bar, each with the page that it leads to. */
export function tabsFor(rights: ReadonlySet<Action>): readonly { label: string; name: string }[] {
  const settings = settingsFor(rights).at(0);
  return [
    ...pagesFor(rights).filter(({ under }) => !under),
    ...(settings ? [{ label: "desk.tab.settings", name: settings.name }] : []),
  ];
}

/** Whether two pages stand under the same place in the bar. */
export function isSameTab(one: string, other: string): boolean {
  const tab = ({ name, under }: DeskPage) => under ?? name;
  return tab(deskPage(one)) === tab(deskPage(other));
}
