import { expect, test } from "vitest";
import { markup, textOf } from "../testing/rendered";
import Field from "./field.svelte";
import Quantity from "./quantity.svelte";

const field = (props: object) => markup(Field, { id: "f", label: "Email", value: "", ...props });

test("a field has its label", () => {
  expect(field({})).toContain('<label for="f">Email</label>');
});

test("a field that is right says nothing and is described by nothing", () => {
  const html = field({});

  expect(html).not.toContain("aria-invalid");
  expect(html).not.toContain("aria-describedby");
});

test("what is wrong stands beside the field and describes it, after the hint", () => {
  const html = field({ wrong: "field.email", hint: "No account needed." });

  expect(html).toContain('aria-invalid="true"');
  expect(html).toContain('aria-describedby="f-hint f-wrong"');
  expect(html).toContain('id="f-wrong"');
  expect(textOf(html)).toContain("Enter an email address such as name@example.com.");
  expect(textOf(html)).toContain("No account needed.");
});

test("an address is written from left to right in every language, a name as it is", () => {
  expect(field({ ltr: true })).toContain('dir="ltr"');
  expect(field({})).toContain('dir="auto"');
});

test("a quantity is named by its word, or by what is counted", () => {
  const props = { value: 1, most: 3, onchange: () => undefined };

  expect(markup(Quantity, props)).toContain('aria-labelledby="quantity-label"');
  expect(markup(Quantity, { ...props, label: "Quantity: Mug" })).toContain(
    'aria-label="Quantity: Mug"',
  );
});

test("a quantity stops at one and at the most there are", () => {
  const disabled = (value: number) =>
    [
      ...markup(Quantity, { value, most: 3, onchange: () => undefined }).matchAll(
        /<button[^>]*?( disabled)?[^>]*>/g,
      ),
    ].map((found) => found[0].includes("disabled"));

  expect([disabled(1), disabled(2), disabled(3)]).toEqual([
    [true, false],
    [false, false],
    [false, true],
  ]);
});
