import { expect, test, vi } from "vitest";
import type { StudioPage } from "../page";
import type { Studio } from "../studio/session.svelte";
import { arabic, english, markup, textOf } from "../testing/rendered";

vi.stubGlobal("location", { pathname: "/desk/imports" });
vi.stubGlobal("history", { pushState: () => undefined });
const { provideStudio } = await import("../studio/context");
const { default: ImportsPage } = await import("./imports-page.svelte");

const page = (merchants: string[], words = english): string => {
  const studio = { session: { merchants } } as unknown as Studio;
  const provide = () => void provideStudio(studio, {} as StudioPage);
  return markup(ImportsPage, {}, { words, provide });
};

test("of several sellers the first one is chosen, and shown so", () => {
  const sellers = /<select[^>]*id="import-seller".*?<\/select>/s.exec(page(["mer_1", "mer_2"]))![0];

  expect(sellers.match(/<option[^>]*selected[^>]*>/g)).toHaveLength(1);
  expect(sellers).toMatch(/<option value="mer_1" selected/);
});

test("who sells for one seller is not asked for whom", () => {
  expect(page(["mer_1"])).not.toContain("import-seller");
});

test.each([english, arabic])("the form is in the reader's language", (words) => {
  const text = textOf(page(["mer_1", "mer_2"], words));

  for (const key of ["imports.where", "imports.currency", "imports.seller", "imports.read"]) {
    expect(text).toContain(words.t(key));
  }
});
