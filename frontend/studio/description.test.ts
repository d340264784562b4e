import { expect, test } from "vitest";
import { cleanDescription, writtenDescription } from "./description";

test("a description in one language is one, and in none is null", () => {
  expect(cleanDescription({ en: "Made by hand", ar: " " })).toEqual({ en: "Made by hand", ar: "" });
  expect(cleanDescription({ en: "\u200b", ar: "\n" })).toBeNull();
});

test("what stands in for a language that nobody wrote is put back where it was written", () => {
  expect(writtenDescription({ en: "Made by hand", ar: "Made by hand" })).toEqual({
    en: "Made by hand",
    ar: "",
  });
  expect(writtenDescription({ en: "صُنع باليد", ar: "صُنع باليد" })).toEqual({
    en: "",
    ar: "صُنع باليد",
  });
});

test("two languages stay what they are, and none is two empty fields", () => {
  const two = { en: "Made by hand", ar: "صُنع باليد" };

  expect(writtenDescription(two)).toEqual(two);
  expect(writtenDescription(two)).not.toBe(two);
  expect(writtenDescription(null)).toEqual({ en: "", ar: "" });
});
