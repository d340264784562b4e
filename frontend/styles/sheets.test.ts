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

const components = import.meta.glob<string>(["../*/*.svelte", "../*/*.ts", "!../*/*.test.ts"], {
  query: "?raw",
  import: "default",
  eager: true,
});
/** Places for a part that brings the sheet along: empty without it. */
const PLACES = ["feature-place", "offer-place"];
const imported = (css: string): string[] =>
  [...css.matchAll(/@import "(?:\.{1,2}\/)+([\w-]+\.css)"/g)].map((found) => found[1]!);
const named = (css: string): Set<string> =>
  new Set(
    rules(css).flatMap(({ selector }) =>
      [...selector.matchAll(/\.([\w-]+)/g)].map(([, name]) => name!),
    ),
  );
/** The classes of a component that stand in its markup as words. */
const worn = (markup: string): Set<string> =>
  new Set(
    [...markup.matchAll(/class="([^"{]*)"|class=\{\[([^\]]*)\]\}/g)].flatMap((found) =>
      found[1] !== undefined
        ? found[1].split(/\s+/)
        : [...found[2]!.matchAll(/"([^"]*)"/g)].flatMap(([, words]) => words!.split(/\s+/)),
    ),
  );

/** Component, class and sheet, where a class has its look from a sheet that nobody loads who shows the component. */
function missing(
  sheets: Record<string, string>,
  components: Record<string, string>,
): [string, string, string][] {
  const name = (path: string) => path.split("/").at(-1)!;
  const pages = Object.entries(sheets).filter(([path]) => path.includes("/pages/"));
  const onPages = new Set(pages.flatMap(([, css]) => imported(css)));
  const others = Object.entries(sheets)
    .filter(([path]) => !path.includes("/pages/"))
    .map(([path, css]): [string, Set<string>] => [name(path), named(css)]);
  const known = new Set(others.flatMap(([sheet, names]) => (onPages.has(sheet) ? [...names] : [])));
  const shownBy = (component: string) =>
    Object.entries(components).filter(([, source]) =>
      new RegExp(`(from|import\\() ?"[^"]*/${component.replace(".", "\\.")}"`).test(source),
    );
  /** Itself or by what it always has in it, which comes with it. */
  function loads(component: string, sheet: string): boolean {
    const source = Object.entries(components).find(([path]) => name(path) === component)?.[1] ?? "";
    const parts = [...source.matchAll(/from "[^"]*\/([\w-]+\.svelte)"/g)].map((found) => found[1]!);
    return source.includes(`/${sheet}"`) || parts.some((part) => loads(part, sheet));
  }
  function isLoaded(component: string, sheet: string, seen: ReadonlySet<string>): boolean {
    if (loads(component, sheet)) return true;
    const by = shownBy(component).map(([path]) => name(path));
    return (
      by.length > 0 &&
      by.every((each) => seen.has(each) || isLoaded(each, sheet, new Set([...seen, component])))
    );
  }
  return Object.entries(components).flatMap(([path, source]) =>
    [...worn(source)]
      .filter((each) => !known.has(each) && !PLACES.includes(each))
      .map((each): [string, string[]] => [
        each,
        others.filter(([, names]) => names.has(each)).map(([sheet]) => sheet),
      ])
      .filter(([, defining]) => defining.length > 0)
      .filter(([, defining]) => !defining.some((sheet) => isLoaded(name(path), sheet, new Set())))
      .map(([each, [sheet]]): [string, string, string] => [name(path), each, sheet!]),
  );
}

test("every class of a component has its sheet where the component is shown", () => {
  expect(Object.keys(components).length).toBeGreaterThan(200);
  expect(missing(sheets, components)).toEqual([]);
});

test("a class whose sheet nobody loads is found, and one that its page's part loads is not", () => {
  const css = { "./pages/studio.css": "", "./desk.css": ".seg { color: red }" };
  const card = { "../desk/card.svelte": '<div class="seg"></div>' };
  const page = '<script>import Card from "./card.svelte";';

  expect(missing(css, { ...card, "../desk/page.svelte": page })).toEqual([
    ["card.svelte", "seg", "desk.css"],
  ]);
  expect(
    missing(css, { ...card, "../desk/page.svelte": `${page} import "../styles/desk.css";` }),
  ).toEqual([]);
});
