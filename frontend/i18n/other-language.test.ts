import { expect, test } from "vitest";
import { inOtherLanguage } from "./other-language";

test.each([
  ["https://live.example/s/mugs", "/s/mugs?lang=ar"],
  ["https://live.example/s/mugs?lang=en", "/s/mugs?lang=ar"],
  ["https://live.example/s/mugs?via=SOFIA&lang=en&t=90.5", "/s/mugs?lang=ar&via=SOFIA&t=90.5"],
  ["https://live.example/s/mugs?via=a%26b", "/s/mugs?lang=ar&via=a%26b"],
])("of %s everything but the language stays", (here, other) => {
  expect(inOtherLanguage("/s/mugs?lang=ar", here)).toBe(other);
});
