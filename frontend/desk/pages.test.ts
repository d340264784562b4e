import { expect, test } from "vitest";
import { arabic, english } from "../testing/rendered";
import { DESK_PAGES, DESK_TABS, deskPage, FIRST, isSameTab, SETTINGS } from "./pages";

test.each([english, arabic])("every page and every place in the bar has words", (by) => {
  for (const { label } of [...DESK_PAGES, ...DESK_TABS]) expect(by.t(label)).not.toBe(label);
});

test("the bar has five places at most, so that a phone shows them all", () => {
  expect(DESK_TABS.length).toBeLessThanOrEqual(5);
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

test("the settings lead to the first of their pages", () => {
  expect(DESK_TABS.at(-1)!.name).toBe(SETTINGS[0]!.name);
  expect(new Set(DESK_TABS.map(({ name }) => name)).size).toBe(DESK_TABS.length);
});
