import { expect, test } from "vitest";

const sheets = import.meta.glob<string>("./**/*.css", {
  query: "?raw",
  import: "default",
  eager: true,
});

/** Positioned by another rule of the same element, or inside a dialog that clips. */
const ELSEWHERE = [".sheet__body", ".shop", ".below", ".stage__state"];

const rules = (css: string): { selector: string; body: string }[] =>
  [...css.replace(/\/\*[\s\S]*?\*\//g, "").matchAll(/([^{}]+)\{([^{}]*)\}/g)].map((found) => ({
    selector: found[1]!.trim(),
    body: found[2]!,
  }));

// Text that only screen readers get (.vh) is absolutely positioned: inside a container that scrolls and is not positioned it
// lies outside of what is clipped, and the whole page gets room to scroll where nothing stands.
test("every container that scrolls is positioned", () => {
  const scrolling = Object.values(sheets)
    .flatMap(rules)
    .filter(({ body }) => /overflow(-[xy])?: (auto|scroll)/.test(body));

  expect(scrolling.length).toBeGreaterThan(10);
  const loose = scrolling
    .filter(({ body }) => !/\bposition:/.test(body))
    .map((rule) => rule.selector);
  expect(loose.filter((rule) => !ELSEWHERE.some((known) => rule.includes(known)))).toEqual([]);
});

test("every size at which a page changes its shape has its name in breakpoints.css", () => {
  const literal = Object.entries(sheets)
    .filter(([path]) => !path.endsWith("/breakpoints.css"))
    .flatMap(([path, css]) =>
      (css.match(/@media[^{]*\d[^{]*/g) ?? []).map((found) => `${path} ${found}`),
    );

  expect(sheets["./breakpoints.css"]).toContain("@custom-media --wide");
  expect(literal).toEqual([]);
});
