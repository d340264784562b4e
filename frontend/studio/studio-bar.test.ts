import { beforeEach, expect, test, vi } from "vitest";
import { DESK_PAGES, pagesFor, settingsFor, tabsFor } from "../desk/pages";
import type { Action, Session } from "../contract";
import type { StudioPage } from "../page";
import { arabic, english, markup, textOf } from "../testing/rendered";
import type { Studio } from "./session.svelte";

const address = { pathname: "/studio", hash: "" };
vi.stubGlobal("location", address);
vi.stubGlobal("history", { pushState: () => undefined });
const { provideStudio } = await import("./context");
const { here, parse, pathTo } = await import("./route.svelte");
const { default: StudioBar } = await import("./studio-bar.svelte");

const EVERYTHING = DESK_PAGES.map(({ needs }) => needs);
const desk = (...may: Action[]) =>
  tabsFor(new Set(may)).map(({ name }) => pathTo({ place: "desk", name, id: null }));
const DESK = desk(...EVERYTHING);

const session = (more: Partial<Session>): Session => ({
  person: { id: "per_1", name: "Lina" },
  csrf: "c",
  merchants: [],
  creator: null,
  operator: false,
  teams: [],
  may: [],
  ...more,
});
const host = session({ creator: "cre_1" });
const owner = { team: "mer_1", role: "owner", may: EVERYTHING } as const;
const seller = (...may: Action[]) =>
  session({ merchants: ["mer_1"], teams: [{ team: "mer_1", role: "owner", may }] });
const merchant = seller(...EVERYTHING);
const both = session({ creator: "cre_1", merchants: ["mer_1"], teams: [{ ...owner }] });

beforeEach(() => {
  here.route = parse("/studio");
});

function bar(
  who: Session | null,
  showId: string | null = null,
  words?: typeof arabic,
  problem: Studio["problem"] = null,
): string {
  const studio = { session: who, problem } as unknown as Studio;
  const provide = () => void provideStudio(studio, {} as StudioPage);
  return markup(StudioBar, { showId }, words ? { words, provide } : { provide });
}
const places = (html: string) =>
  [...html.matchAll(/<a href="(\/(?:studio|desk)[^"]*)"/g)].map((found) => found[1]);
const current = (html: string) => /<a href="([^"]*)" aria-current="page"/.exec(html)?.[1];

test("nobody has places, and no way out of a session", () => {
  const html = bar(null);

  expect(places(html)).toEqual([]);
  expect(textOf(html)).not.toContain("Sign out");
});

test("an invitation stays open in the other language", () => {
  address.hash = "#aSecret";

  expect(bar(null)).toContain('href="?lang=ar#aSecret"');

  address.hash = "";
  expect(bar(null)).toContain('href="?lang=ar"');
});

test("a host has shows and money, and in a show its four places", () => {
  expect(places(bar(host))).toEqual(["/studio", "/studio/money"]);
  expect(places(bar(host, "show_1"))).toEqual([
    "/studio",
    "/studio/shows/show_1",
    "/studio/shows/show_1/products",
    "/studio/shows/show_1/setup",
    "/studio/shows/show_1/destinations",
  ]);
});

test("a merchant has the desk", () => {
  expect(places(bar(merchant))).toEqual(["/desk"]);
});

test("who hosts and sells goes from the studio to the desk and back", () => {
  expect(places(bar(both))).toEqual(["/studio", "/desk"]);
  expect(current(bar(both))).toBe("/studio");

  here.route = parse("/desk");

  expect(places(bar(both))).toEqual([...DESK, "/studio"]);
  expect(current(bar(both))).toBe("/desk");
});

test.each(["orders.read", "catalog.read"] as const)(
  "a creator who has %s for a seller has the way to their own money",
  (right) => {
    const teams = [{ team: "mer_1", role: "orders", may: [right] }] as Session["teams"];
    const html = bar(session({ creator: "cre_1", merchants: ["mer_1"], teams }));

    expect(html).toContain('href="/studio/money"');
    expect(bar(both)).not.toContain('href="/studio/money"');
  },
);

test("one order stands under the list of them", () => {
  here.route = parse("/desk/orders/ord_1");

  expect(current(bar(both))).toBe("/desk");
  expect(places(bar(merchant))).toEqual(DESK);
});

test("every page of the desk marks one place of the bar, five at most on a phone", () => {
  for (const { name } of DESK_PAGES) {
    here.route = parse(`/desk/${name}`);
    expect(current(bar(merchant)), name).toBeDefined();
  }
  expect(DESK.length).toBeLessThanOrEqual(5);
});

test("a role sees the places that it may read, and begins at the first of them", () => {
  expect(places(bar(seller("catalog.read", "team.read")))).toEqual(["/desk/products"]);

  here.route = parse("/desk/products");

  expect(places(bar(seller("catalog.read", "team.read")))).toEqual([
    "/desk/products",
    "/desk/team",
  ]);
  expect(desk("orders.read", "money.read")).toEqual(["/desk", "/desk/money"]);
  expect(settingsFor(new Set(["team.read"])).map(({ name }) => name)).toEqual(["team"]);
  expect(pagesFor(new Set())).toEqual([]);
});

test.each([english, arabic])("what waits for the seller's yes marks the products", (words) => {
  here.route = parse("/desk");
  const provide = () =>
    void provideStudio({ session: merchant, problem: null } as unknown as Studio, {} as StudioPage);
  const marked = (total: number) => {
    const waiting = { total, said: () => "waits" };
    return markup(StudioBar, { waiting }, { words, provide });
  };

  const [, products] = /<a href="\/desk\/products"[^>]*>(.*?)<\/a>/s.exec(marked(3))!;
  expect(textOf(products!)).toBe(`${words.t("desk.tab.products")} 3 waits`);
  expect(marked(3).match(/badge-warn/g)).toHaveLength(1);
  expect(marked(0)).not.toContain("badge-warn");
});

test("what somebody may do for a creator opens nothing at the desk", () => {
  const teams = [
    { team: "mer_1", role: "catalog", may: ["catalog.read"] },
    { team: "cre_1", role: "owner", may: ["money.read", "team.read"] },
  ] as Session["teams"];
  here.route = parse("/desk/products");

  expect(places(bar(session({ creator: "cre_1", merchants: ["mer_1"], teams })))).toEqual([
    "/desk/products",
    "/studio",
  ]);
});

test("an import stands under the products", () => {
  here.route = parse("/desk/imports/imp_1");

  expect(current(bar(merchant))).toBe("/desk/products");
});

test("the desk of who sells for nobody leads to the studio", () => {
  here.route = parse("/desk");

  expect(places(bar(host))).toEqual(["/studio"]);
});

test.each([host, merchant, both])("the way out is on every page", (who) => {
  expect(textOf(bar(who))).toContain("Sign out");
  expect(textOf(bar(who, "show_1"))).toContain("Sign out");
});

test.each([english, arabic])(
  "a sign-out that did not reach the server can be pressed again",
  (words) => {
    const html = bar(host, null, words, { code: "unreachable", status: 0 });

    expect(textOf(html)).toContain(words.t("studio.sign_out_failed"));
    expect(bar(host, null, words)).not.toContain('role="alert"');
    // On the sign-in form a problem is the form's own.
    expect(bar(null, null, words, { code: "unreachable", status: 0 })).not.toContain(
      'role="alert"',
    );
  },
);

test("the other language is one press away", () => {
  expect(bar(host)).toContain('href="?lang=ar"');
  expect(bar(host, null, arabic)).toContain('href="?lang=en"');
});
