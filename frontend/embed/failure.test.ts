import { expect, test } from "vitest";
import { languageOf } from "./failure";

test.each([
  ["ar", "ar"],
  ["AR", "ar"],
  ["Ar-eg", "ar"],
  ["ar_EG", "ar"],
  ["ar-u-nu-arab", "ar"],
  ["en-GB", "en"],
  ["arn", null],
  ["fr", null],
  ["", null],
] as const)("the tag %s means %s", (tag, language) => {
  expect(languageOf(tag)).toBe(language);
});
