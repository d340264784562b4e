import { expect, test } from "vitest";
import { arabic, english, markup, textOf } from "../testing/rendered";
import RoomParts from "./room-parts.svelte";

const parts = (waiting: number, words = english): string =>
  markup(RoomParts, { part: "chat", waiting }, { words });

test.each([english, arabic])("each part is named, the one that is shown is pressed", (words) => {
  const shown = parts(0, words);

  expect(textOf(shown)).toBe(
    ["studio.tab.show", "questions.title", "studio.offers", "chat.title"]
      .map((key) => words.t(key))
      .join(" "),
  );
  expect(shown.match(/aria-pressed="true"[^>]*>([^<]*)/)![1]).toBe(words.t("chat.title"));
});

test("how many questions wait is said while another part is shown", () => {
  expect(textOf(parts(7))).toContain(english.t("questions.waiting", { count: 7 }));
  expect(parts(0)).not.toContain("badge");
});
