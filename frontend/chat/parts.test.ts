/** What the chat's parts say, in both languages. */
import { beforeEach, expect, test } from "vitest";
import type { ChatMessage } from "../contract";
import { arabic, english, markup, namesIn, textOf } from "../testing/rendered";
import { htmlOf, said, show, storeOf } from "../testing/show";
import { storage } from "../testing/shop";
import Lane from "./lane.svelte";
import Message from "./message.svelte";
import { Talk } from "./talk.svelte";
import { keepVoice, keptVoice } from "./voice";

const message = (id: number, more: Partial<ChatMessage> = {}) =>
  ({
    id: `msg_${id}`,
    name: "Sofia",
    role: "viewer",
    text: `message ${id}`,
    at: `2026-11-26T10:00:0${id}Z`,
    reply_to: null,
    ...more,
  }) as never;

let kept: Map<string, string>;
beforeEach(() => (kept = storage()));

function lane(count: number, prepare = (_: Talk): void => undefined, words = english) {
  const store = storeOf(show(), {}, words);
  store.statusChanged("playing");
  const talk = new Talk(store);
  for (let id = 1; id <= count; id++) talk.hear(message(id));
  prepare(talk);
  return { html: htmlOf(Lane, store, { talk }), text: said(Lane, store, { talk }) };
}

test.each([english, arabic])("over the picture stand the last four messages, $lang", (words) => {
  const { text, html } = lane(6, undefined, words);

  expect(text).not.toContain("message 2");
  for (const id of [3, 4, 5, 6]) expect(text).toContain(`message ${id}`);
  expect(html).toContain("<bdi>Sofia</bdi>");
  expect(text).toContain(words.t("chat.say"));
});

test("a lane that was put away keeps the button that brings it back", () => {
  const { html, text } = lane(2, (talk) => (talk.hidden = true));

  expect(text).not.toContain("message 1");
  expect(namesIn(html)).toEqual([english.t("chat.show")]);
  expect(html).toContain('aria-pressed="true"');
});

test("the own message stands in the lane before the server has it", () => {
  const { text } = lane(0, (talk) => (talk.sending = { text: "Hello", name: "Maha" }));

  expect(text).toContain("Maha");
  expect(text).toContain("Hello");
});

test("where nobody may write the lane opens the chat and does not ask for words", () => {
  const store = storeOf(show({ state: "ended" }));
  const text = said(Lane, store, { talk: new Talk(store) });

  expect(text).toContain(english.t("chat.open"));
  expect(text).not.toContain(english.t("chat.say"));
});

test("a message of the team has a badge that no name can imitate", () => {
  const text = (role: string) =>
    markup(Message, { message: message(1, { role, name: "Host" } as never) });

  expect(text("host")).toMatch(/<\/bdi><\/b>\s*<span class="[^"]*tag-host/);
  expect(text("viewer")).not.toContain("tag-");
});

test("what is answered and what is written keep each their own direction", () => {
  const html = markup(Message, {
    message: message(2, { text: "نعم" }),
    answered: message(1, { name: "مها", text: "Is it safe?" }),
  });

  expect(html).toContain("<bdi>مها</bdi>: <bdi>Is it safe?</bdi>");
  expect(html).toContain('dir="auto">نعم');
});

test("a message can be answered only where that is offered, by a button that names its writer", () => {
  const one = message(1);
  expect(namesIn(markup(Message, { message: one }))).toEqual([]);

  const html = markup(Message, { message: one, onreply: () => undefined });
  expect(namesIn(html)).toEqual([english.t("chat.reply_to", { name: "Sofia" })]);
});

test("text that looks like a page is text", () => {
  const html = markup(Message, { message: message(1, { text: "<img src=x onerror=alert(1)>" }) });

  expect(html).not.toContain("<img");
  expect(textOf(html)).toContain("&lt;img");
});

test("a name is kept for its show alone, and forgotten", () => {
  keepVoice("show_1", { token: "T", name: "Maha" });
  expect([keptVoice("show_1")?.name, keptVoice("show_2")]).toEqual(["Maha", null]);

  keepVoice("show_1", null);
  expect([keptVoice("show_1"), kept.size]).toEqual([null, 0]);
});

test.each(["{", "null", '{"token":"T"}', '{"name":"Maha"}'])(
  "what is half kept (%s) is no name",
  (left) => {
    kept.set("showfloor.chat.show_1", left);
    expect(keptVoice("show_1")).toBeNull();
  },
);
