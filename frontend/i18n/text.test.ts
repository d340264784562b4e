import { expect, test } from "vitest";
import cases from "../../tests/unit/kit/text_cases.json";
import * as text from "./text";

const CLEANERS = {
  is_visible: text.isVisible,
  clean_line: text.cleanLine,
  clean_email: text.cleanEmail,
  clean_code: text.cleanCode,
  clean_digits: text.cleanDigits,
  clean_postal_code: text.cleanPostalCode,
  clean_paragraphs: text.cleanParagraphs,
};
type Name = keyof typeof CLEANERS;

test.each(
  Object.entries(cases).flatMap(([name, each]) =>
    each.map(([given, meant]) => [name as Name, given as string, meant] as const),
  ),
)("%s makes of %j what was meant, as the server does", (name, given, meant) => {
  expect(CLEANERS[name](given)).toBe(meant);
});

test("every cleaner of the server has its twin", () => {
  expect(Object.keys(cases).sort()).toEqual(Object.keys(CLEANERS).sort());
});

test("an address needs one @, no blank and a dot between labels", () => {
  expect(
    ["a@b.co", "مستخدم@مثال.مصر", "a b@c.de", "a@b", "a@b..de", "a@b.co.", "Mia <a@b.co>"].map(
      text.isEmail,
    ),
  ).toEqual([true, true, false, false, false, false, false]);
});
