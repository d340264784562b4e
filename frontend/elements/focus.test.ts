import { expect, test, vi } from "vitest";
import { focusOn } from "./focus";

test("the focus goes to the first that is there", () => {
  const focus = vi.fn();
  vi.stubGlobal("document", {
    getElementById: (id: string) => (id === "gone" ? null : { focus: () => focus(id) }),
  });

  focusOn("gone", "title", "page");
  focusOn("gone");

  expect(focus.mock.calls).toEqual([["title"]]);
  vi.unstubAllGlobals();
});
