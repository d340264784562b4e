import { expect, test } from "vitest";
import type { Action, Session } from "../contract";
import { arabic, english } from "../testing/rendered";
import { DESK_PAGES, deskPage, deskRights, FIRST, isSameTab, settingsFor, tabsFor } from "./pages";

const ALL = new Set(DESK_PAGES.map(({ needs }) => needs));

test.each([english, arabic])("every page and every place in the bar has words", (by) => {
  for (const { label } of [...DESK_PAGES, ...tabsFor(ALL)]) expect(by.t(label)).not.toBe(label);
});

test("the bar has five places at most, so that a phone shows them all", () => {
  expect(tabsFor(ALL).length).toBeLessThanOrEqual(5);
});

test("every page is there for somebody", () => {
  expect(DESK_PAGES.filter(({ needs }) => !needs)).toEqual([]);
});

test("an address that means no page means the first one", () => {
  expect([deskPage(undefined), deskPage("no-such-page")]).toEqual([FIRST, FIRST]);
  expect(deskPage("money").label).toBe("desk.tab.money");
});

test("pages that stand under a place are not left when another of it is opened", () => {
  expect(isSameTab("imports", "products")).toBe(true);
  expect(isSameTab("terms", "team")).toBe(true);
  expect(isSameTab("orders", "money")).toBe(false);
  expect(isSameTab("no-such-page", "orders")).toBe(true);
});

test("the settings lead to the first of their pages, and are no place for who has none", () => {
  expect(tabsFor(ALL).at(-1)!.name).toBe(settingsFor(ALL)[0]!.name);
  const packing = new Set<Action>(["orders.read"]);
  expect(tabsFor(packing).map(({ name }) => name)).toEqual(["orders"]);
});

test("what somebody may do for a creator opens nothing on the desk of a seller", () => {
  const session = {
    merchants: ["mer_1"],
    teams: [
      { team: "mer_1", may: ["orders.read"] },
      { team: "cre_1", may: ["money.read"] },
    ],
  } as unknown as Session;

  expect([...deskRights(session)]).toEqual(["orders.read"]);
  expect(deskRights(null).size).toBe(0);
});
