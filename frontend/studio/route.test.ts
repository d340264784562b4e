import { expect, test, vi } from "vitest";
import type { Route } from "./route.svelte";

vi.stubGlobal("location", { pathname: "/studio" });
const { parse, pathTo } = await import("./route.svelte");

const ROUTES: [string, Route][] = [
  ["/studio", { place: "list" }],
  ["/studio/shows/show_1", { place: "room", showId: "show_1" }],
  ["/studio/shows/show_1/products", { place: "products", showId: "show_1" }],
  ["/studio/shows/show_1/setup", { place: "setup", showId: "show_1" }],
  ["/studio/shows/show_1/chat", { place: "chat", showId: "show_1" }],
  ["/desk", { place: "desk", name: "orders", id: null }],
  ["/studio/account", { place: "account" }],
  ["/studio/money", { place: "money" }],
  ["/studio/safety", { place: "safety" }],
  ["/desk/orders/ord_1", { place: "desk", name: "orders", id: "ord_1" }],
];

test.each(ROUTES)("%s leads to its place and back", (path, route) => {
  expect(parse(path)).toEqual(route);
  expect(parse(`${path}/`)).toEqual(route);
  expect(pathTo(route)).toBe(path);
});

test("an unknown path is the list", () => {
  expect(parse("/studio/shows/show_1/elsewhere")).toEqual({ place: "list" });
});

test("an unknown page of the desk is its first one", () => {
  expect(parse("/desk/elsewhere/ord_1")).toEqual({ place: "desk", name: "orders", id: null });
  expect(parse("/desk/orders")).toEqual({ place: "desk", name: "orders", id: null });
});
