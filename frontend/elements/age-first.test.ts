import { expect, test } from "vitest";
import { arabic, english, markup, textOf } from "../testing/rendered";
import AgeFirst from "./age-first.svelte";

const asked = (words = english, refused = false) =>
  markup(
    AgeFirst,
    {
      api: "",
      door: "viewer_account",
      why: "age.before_account",
      instead: "age.watch_account",
      refused,
      onadmitted: () => undefined,
      onrefused: () => undefined,
    },
    { words },
  );

test.each([english, arabic])(
  "nothing is filled in, and no answer is better than another",
  (words) => {
    const html = asked(words);

    expect(html).not.toMatch(/<input[^>]*\svalue="[^"]+"/);
    expect(html).not.toMatch(/<option[^>]*selected[^>]*>[^<]+/);
    expect(textOf(html)).not.toMatch(/1[368]/);
    expect(textOf(html)).toContain(words.t("age.not_stored"));
  },
);

test.each([english, arabic])(
  "day, month and year have labels, and the months names, $lang",
  (words) => {
    const html = asked(words);

    for (const part of ["day", "month", "year"]) {
      expect(html).toMatch(new RegExp(`<label[^>]*for="age-${part}"`));
      expect(textOf(html)).toContain(words.t(`age.${part}`));
    }
    expect(html.match(/<option/g)).toHaveLength(13);
    expect(html).toContain(words.lang === "ar" ? "يناير" : "January");
  },
);

test("the browser keeps nothing of a birth date and offers none", () => {
  const fields = asked().match(/<(?:input|select)[^>]*>/g) ?? [];

  expect(fields).toHaveLength(3);
  for (const field of fields) expect(field).toContain('autocomplete="off"');
});

test("what is wrong is read out where it will stand, and nothing is wrong before an answer", () => {
  const html = asked();

  expect(html).toContain('role="alert"');
  expect(html).not.toContain('aria-invalid="true"');
});

test.each([english, arabic])(
  "who is refused reads what is open to them, without a form, $lang",
  (words) => {
    const html = asked(words, true);

    expect(html).not.toMatch(/<(form|input|select)/);
    expect(textOf(html)).toContain(words.t("age.watch_account"));
    expect(textOf(html)).toContain(words.t("age.nothing_kept"));
    expect(html).toContain('href="/"');
  },
);
