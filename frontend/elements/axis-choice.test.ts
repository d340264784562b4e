import { expect, test } from "vitest";
import { arabic, english, markup, namesIn } from "../testing/rendered";
import { htmlOf, product, show, storeOf, VASE } from "../testing/show";
import AxisChoice from "./axis-choice.svelte";
import Quantity from "./quantity.svelte";

const choice = (stock: Record<string, number>, by = english, chosen = "moss") =>
  htmlOf(AxisChoice, storeOf(show(), { stock }, by), {
    axis: VASE.options[0]!,
    product: VASE,
    selection: { colour: chosen },
    onselect: () => undefined,
  });

test.each([english, arabic])("an option that is gone is offered, and said to be gone", (by) => {
  const html = choice({ "vase-moss": 0, "vase-blush": 4 }, by);

  expect(html.match(/class="opt gone"/g)).toHaveLength(1);
  expect(html.split(by.t("product.option_gone"))).toHaveLength(2);
  expect(html.match(/type="radio"/g)).toHaveLength(2);
});

test("the legend names the axis and what is chosen, and one radio is checked", () => {
  const html = choice({});

  expect(html).toMatch(/<legend>Colour\s*<span>moss<\/span><\/legend>/);
  expect(html.match(/ checked/g)).toHaveLength(1);
});

test("radios of two products never share a group", () => {
  const other = product("bowl", { moss: 100, blush: 100 });
  const html = htmlOf(AxisChoice, storeOf(), {
    axis: other.options[0]!,
    product: other,
    selection: {},
    onselect: () => undefined,
  });

  expect(html).toContain('name="bowl-colour"');
  expect(choice({})).toContain('name="vase-colour"');
});

test("a combination that is not made is said to be that, not gone", () => {
  const { variants, ...rest } = VASE;
  const half = { ...rest, variants: variants.slice(0, 1) };
  const html = htmlOf(AxisChoice, storeOf(), {
    axis: VASE.options[0]!,
    product: half,
    selection: { colour: "moss" },
    onselect: () => undefined,
  });

  expect(html).toContain(english.t("product.option_impossible"));
  expect(html).not.toContain(english.t("product.option_gone"));
});

test.each([
  [1, 5, [true, false]],
  [5, 5, [false, true]],
  [3, 5, [false, false]],
  [1, 1, [true, true]],
])("of %i pieces where %i are the most, fewer and more are offered as they can be", (...given) => {
  const [value, most, disabled] = given;
  const html = markup(Quantity, { value, most, onchange: () => undefined });

  const buttons = html.match(/<button[^>]*>/g)!;
  expect(buttons.map((tag) => tag.includes("disabled"))).toEqual(disabled);
  expect(namesIn(html)).toEqual([english.t("product.fewer"), english.t("product.more")]);
});
