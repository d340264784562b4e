import { beforeEach, expect, test, vi } from "vitest";
import type { ChatEvent, ChatMessage, RoomChat } from "../contract";
import { ok, refusal, standInShop, storage } from "../testing/shop";
import type { Stage } from "./stage";
import { Talk } from "./talk.svelte";

const shop = standInShop();
const said = (id: number, more: Partial<ChatMessage> = {}) =>
  ({
    id: `msg_${id}`,
    name: "Sofia",
    role: "viewer",
    text: `message ${id}`,
    at: `2026-11-26T10:00:0${id}Z`,
    reply_to: null,
    ...more,
  }) as Extract<ChatEvent, ChatMessage>;
const SETTINGS = {
  slow_s: 0,
  emoji_only: false,
  buyers_only: false,
  closed: false,
  review: "nothing" as const,
  pinned_id: null,
  buy_by_comment: true,
};
const FIRST = { name: "Maha", admission: "ADULT.GB.1.mac", country: "GB" };

let kept: Map<string, string>;
beforeEach(() => (kept = storage()));

function talkOf(more: Partial<Stage> = {}, chat?: RoomChat): Talk {
  return new Talk({
    page: { api: "", show: { id: "show_1" } },
    show: { state: "live" },
    entries: (chat ? { chat } : {}) as Stage["entries"],
    buying: { orders: [] },
    hearts: null,
    questions: null,
    moment: null,
    replaying: false,
    ...more,
  });
}

/** What a screen reader is given of it. */
function announced(talk: Talk): string[] {
  const heard: string[] = [];
  talk.onsaid = ({ id }) => heard.push(id);
  return heard;
}

function connect(talk: Talk, ...last: ReturnType<typeof said>[]): void {
  talk.hear(null);
  for (const message of last) talk.hear(message, true);
}

test("who comes in is not read what was said before", () => {
  const talk = talkOf();
  const heard = announced(talk);
  connect(talk, said(1), said(2));
  talk.hear(said(3));

  expect(heard).toEqual(["msg_3"]);
  expect(talk.lines.map(({ id }) => id)).toEqual(["msg_1", "msg_2", "msg_3"]);
});

test("a new connection announces what was missed, and nothing twice", () => {
  const talk = talkOf();
  const heard = announced(talk);
  connect(talk, said(1), said(2));

  connect(talk, said(1), said(2), said(3), said(4));
  expect(heard).toEqual(["msg_3", "msg_4"]);

  connect(talk, said(1), said(2), said(3), said(4));
  expect(heard).toEqual(["msg_3", "msg_4"]);
});

test("what was deleted before the connection broke still counts as heard", () => {
  const talk = talkOf();
  const heard = announced(talk);
  connect(talk, said(1), said(2));
  talk.hear({ id: "msg_2", deleted: true } as never);

  connect(talk, said(1));

  expect(heard).toEqual([]);
});

test("what is shown again stands in its place and is not announced", () => {
  const talk = talkOf();
  const heard = announced(talk);
  connect(talk, said(3));

  for (const id of [1, 2, 3]) talk.hear(said(id));
  talk.hear(said(4));

  expect(heard).toEqual(["msg_4"]);
  expect(talk.lines.map(({ id }) => id)).toEqual(["msg_1", "msg_2", "msg_3", "msg_4"]);
});

test("a message that a moderator let through is announced, to its place among the others", () => {
  const talk = talkOf();
  const heard = announced(talk);
  connect(talk, said(1));

  talk.hear(said(3));
  talk.hear(said(2));
  talk.hear(said(2));

  expect(heard).toEqual(["msg_3", "msg_2"]);
  expect(talk.lines.map(({ id }) => id)).toEqual(["msg_1", "msg_2", "msg_3"]);
});

test("what waits is not said to wait after a new connection, on which nobody says what became of it", () => {
  const talk = talkOf();
  talk.held = [{ message: said(1), refused: false }];

  talk.hear(null);

  expect(talk.held).toEqual([]);
});

test("the first messages of an empty chat are announced after a new connection", () => {
  const talk = talkOf();
  const heard = announced(talk);
  connect(talk);
  connect(talk, said(1));

  expect(heard).toEqual(["msg_1"]);
});

test("a pinned message that was deleted while the phone slept is gone after it", async () => {
  const chat = { ...SETTINGS, pinned_id: "msg_1" };
  const talk = talkOf({}, chat);
  connect(talk, said(1), said(2));
  talk.pinned.look();
  expect(talk.pinned.message?.id).toBe("msg_1");

  vi.spyOn(Math, "random").mockReturnValueOnce(0.5);
  connect(talk, said(2));
  expect(talk.pinned.message).toBeNull();
  shop.answers = [ok({ items: [], pinned: null })];
  await vi.advanceTimersByTimeAsync(5_000);

  expect(talk.pinned.message).toBeNull();
  expect(shop.asked.map(({ path }) => path)).toEqual(["/shows/show_1/messages?limit=1"]);
});

test("a first message says who writes, and the next ones prove it", async () => {
  const talk = talkOf();
  shop.answers = [ok({ ...said(1, { name: "Maha" }), token: "T" }, 201), ok(said(2), 201)];

  talk.draft = " Hello ";
  expect(await talk.send(FIRST)).toBe(true);
  talk.draft = "Again";
  talk.replyTo = said(1);
  await talk.send();

  expect(shop.asked.map(({ path, token, body }) => [path, token, body])).toEqual([
    ["/shows/show_1/messages", null, { text: "Hello", ...FIRST }],
    ["/shows/show_1/messages", "Bearer T", { text: "Again", reply_to: "msg_1" }],
  ]);
  expect(JSON.parse([...kept.values()][0]!)).toEqual({ token: "T", name: "Maha" });
  expect(talkOf().voice?.name).toBe("Maha");
});

test("a message stands among the others until the room says it, and is sent once", async () => {
  const talk = talkOf();
  talk.voice = { token: "T", name: "Maha" };
  shop.answers = [ok({ ...said(1), token: null }, 201)];
  talk.draft = "Hello";

  const sent = [talk.send(), talk.send()];
  expect([talk.sending, talk.draft]).toEqual([{ text: "Hello", name: "Maha" }, ""]);
  talk.hear(said(1, { name: "Maha", text: "Hello" }));
  expect(talk.sending).toBeNull();

  expect(await Promise.all(sent)).toEqual([true, false]);
  expect(talk.lines).toHaveLength(1);
});

test("a refused message is in its field again with what it answers to", async () => {
  const talk = talkOf();
  talk.voice = { token: "T", name: "Maha" };
  shop.answers = [refusal("chat_paused")];
  talk.draft = "Hello";
  talk.replyTo = said(1);

  expect(await talk.send()).toBe(false);

  expect([talk.draft, talk.replyTo?.id, talk.problem?.code, talk.sending]).toEqual([
    "Hello",
    "msg_1",
    "chat_paused",
    null,
  ]);
});

test("a name that is known no more is asked for again", async () => {
  const talk = talkOf();
  kept.set("showfloor.chat.show_1", JSON.stringify({ token: "T", name: "Maha" }));
  talk.voice = { token: "T", name: "Maha" };
  shop.answers = [refusal("chat_token_invalid", 401)];
  talk.draft = "Hello";

  await talk.send();

  expect([talk.voice, kept.size]).toEqual([null, 0]);
});

test("who writes too fast waits as long as the server says", async () => {
  const talk = talkOf();
  talk.voice = { token: "T", name: "Maha" };
  shop.answers = [refusal("writing_too_fast", 429, { wait_s: 2 })];
  talk.draft = "Hello";

  await talk.send();
  expect([talk.wait, talk.problem, talk.draft]).toEqual([2, null, "Hello"]);
  expect(await talk.send()).toBe(false);
  expect(shop.asked).toHaveLength(1);

  vi.advanceTimersByTime(2000);
  expect(talk.wait).toBe(0);
});

test("in slow mode the next message waits", async () => {
  const talk = talkOf({}, { ...SETTINGS, slow_s: 30 });
  talk.voice = { token: "T", name: "Maha" };
  shop.answers = [ok({ ...said(1), token: null }, 201)];
  talk.draft = "Hello";

  await talk.send();

  expect(talk.wait).toBe(30);
});

test.each([
  ["live", {}, true],
  ["interrupted", {}, true],
  ["ended", {}, false],
  ["live", { replaying: true }, false],
] as const)("in a show that is %s with %j one may write: %s", (state, more, may) => {
  expect(talkOf({ show: { state }, ...more } as never).mayWrite).toBe(may);
});

test.each([
  [true, { order: "token" }],
  [false, {}],
])("where buyers alone write (%s) what was bought on this page is shown", async (only, proof) => {
  const buying = { orders: [{ page: "/o/token" }] };
  const talk = talkOf({ buying }, { ...SETTINGS, buyers_only: only });
  talk.voice = { token: "T", name: "Maha" };
  shop.answers = [ok({ ...said(1), token: null }, 201)];
  talk.draft = "Hello";

  await talk.send();

  expect(shop.asked[0]!.body).toEqual({ text: "Hello", ...proof });
});

test("nobody writes in a chat that is paused", () => {
  expect(talkOf({}, { ...SETTINGS, closed: true }).mayWrite).toBe(false);
});

test("an answer to what is gone is no answer, neither written nor shown", () => {
  const talk = talkOf();
  talk.hear(said(1));
  talk.replyTo = said(1);
  expect(talk.answered(said(2, { reply_to: "msg_1" }))?.id).toBe("msg_1");

  talk.hear({ id: "msg_1", deleted: true } as never);

  expect(talk.replyTo).toBeNull();
  expect(talk.answered(said(2, { reply_to: "msg_1" }))).toBeUndefined();
});
