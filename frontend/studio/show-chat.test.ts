import { afterEach, beforeEach, expect, test, vi } from "vitest";
import { Refused, type Call } from "../api/client";
import type { ChatEvent, ChatMessage, RoomChat } from "../contract";
import { ShowChat } from "./show-chat.svelte";

const said = (id: string, more: Partial<ChatMessage> = {}) =>
  ({
    id,
    name: "Sofia",
    role: "viewer",
    text: id,
    at: `2026-11-26T10:00:0${id.slice(-1)}Z`,
    media_at: `2026-11-26T10:00:0${id.slice(-1)}Z`,
    reply_to: null,
    ...more,
  }) as Extract<ChatEvent, ChatMessage>;
const [ONE, TWO] = [said("msg_1"), said("msg_2", { name: "Maha" })];
const STORED: RoomChat = {
  slow_s: 8,
  emoji_only: false,
  buyers_only: false,
  closed: false,
  review: "nothing" as const,
  pinned_id: null,
  buy_by_comment: true,
};

/** A server that answers when the test says so, in the order of the requests. */
function server() {
  const asked: string[] = [];
  const bodies: unknown[] = [];
  const waiting: { resolve: (body: unknown) => void; reject: (error: Error) => void }[] = [];
  const request = (path: string, { method, body }: Call = {}) => {
    asked.push(`${method} ${path}`);
    bodies.push(body);
    return new Promise((resolve, reject) => waiting.push({ resolve, reject }));
  };
  const until = () => vi.waitFor(() => expect(waiting.length).toBeGreaterThan(0));
  return {
    asked,
    bodies,
    chat: new ShowChat({ request } as never, "show_1"),
    answer: async (body: unknown = null) => (await until(), waiting.shift()!.resolve(body)),
    refuse: async (code: string) => {
      await until();
      waiting.shift()!.reject(new Refused({ code, status: 409 }));
    },
  };
}

beforeEach(() => void vi.useFakeTimers({ shouldAdvanceTime: true }));
afterEach(() => vi.useRealTimers());

test("a click while the server has not answered is done after the one before it", async () => {
  const { chat, asked, answer } = server();
  const first = chat.remove(ONE);
  const second = chat.set({ closed: true });
  await vi.waitFor(() => expect(asked).toEqual(["DELETE /messages/msg_1"]));

  await answer();
  await answer({ ...STORED, closed: true });

  expect(await Promise.all([first, second])).toEqual([true, true]);
  expect(asked).toEqual(["DELETE /messages/msg_1", "PATCH /shows/show_1/chat"]);
  expect(chat.settings.closed).toBe(true);
});

test("a refused step does not stop the one behind it", async () => {
  const { chat, answer, refuse } = server();
  const first = chat.set({ closed: true });
  const second = chat.remove(ONE);

  await refuse("show_not_found");
  await answer();

  expect(await Promise.all([first, second])).toEqual([false, true]);
});

test("a refusal stands until the next click, also when the step behind it is done", async () => {
  const { chat, answer, refuse } = server();
  const steps = [chat.set({ closed: true }), chat.remove(ONE)];
  await refuse("rate_limited");
  await answer();
  await Promise.all(steps);
  expect(chat.problem?.code).toBe("rate_limited");

  const next = chat.remove(TWO);

  expect(chat.problem).toBeNull();
  await answer();
  await next;
});

test("a control goes back to what is stored, with the reason, when the server refuses", async () => {
  const { chat, refuse } = server();
  chat.settingsHeard(STORED);
  const [slow, emoji] = [{ value: "120" }, { checked: true }];
  const chosen = chat.setSlow(slow);
  await refuse("rate_limited");
  await chosen;
  expect([slow.value, chat.problem?.code]).toEqual(["8", "rate_limited"]);

  const ticked = chat.setOnly("emoji_only", emoji);
  await refuse("not_permitted");
  await ticked;

  expect([emoji.checked, chat.problem?.code]).toEqual([false, "not_permitted"]);
  expect(chat.settings).toEqual(STORED);
});

test("what was chosen stays when the server takes it", async () => {
  const { chat, bodies, answer } = server();
  chat.settingsHeard(STORED);
  const slow = { value: "30" };

  const chosen = chat.setSlow(slow);
  await answer({ ...STORED, slow_s: 30 });
  await chosen;

  expect([slow.value, chat.settings.slow_s, bodies]).toEqual(["30", 30, [{ slow_s: 30 }]]);
});

test("a message leaves its field at once and is sent once, however often somebody presses", async () => {
  const { chat, asked, bodies, answer } = server();
  chat.hear(ONE);
  chat.draft = " Yes, it is. ";
  chat.replyTo = ONE;

  const sent = [chat.send(), chat.send()];
  expect([chat.draft, chat.replyTo]).toEqual(["", null]);
  await answer(TWO);

  expect(await Promise.all(sent)).toEqual([true, false]);
  expect(asked).toHaveLength(1);
  expect(bodies).toEqual([{ text: "Yes, it is.", reply_to: "msg_1" }]);
  expect(chat.lines).toEqual([ONE, TWO]);
});

test("a refused message comes back before what was written since", async () => {
  const { chat, refuse } = server();
  chat.draft = "Yes";
  chat.replyTo = ONE;
  const sent = chat.send();
  chat.draft = "and";

  await refuse("message_not_found");

  expect(await sent).toBe(false);
  expect([chat.draft, chat.replyTo?.id]).toEqual(["Yes and", "msg_1"]);
});

test("refused messages come back in the order in which they were sent", async () => {
  const { chat, refuse } = server();
  const sent = ["Yes", "it is"].map((text) => {
    chat.draft = text;
    return chat.send();
  });
  chat.draft = "and";

  await refuse("rate_limited");
  await refuse("rate_limited");
  await Promise.all(sent);

  expect(chat.draft).toBe("Yes it is and");
});

test("a refused message stands alone when the one before it was sent again", async () => {
  const { chat, answer, refuse } = server();
  const sent = ["Yes", "it is"].map((text) => {
    chat.draft = text;
    return chat.send();
  });
  await refuse("rate_limited");
  await sent[0];
  const again = chat.send();
  expect(chat.draft).toBe("");

  await refuse("rate_limited");
  await answer(TWO);
  await Promise.all([sent[1], again]);

  expect(chat.draft).toBe("it is");
});

test.each([
  ["delete", "DELETE /messages/msg_1", (chat: ShowChat) => chat.remove(ONE), 1],
  ["pin", "PUT /messages/msg_1/pin", (chat: ShowChat) => chat.pin(ONE), 1],
  ["unpin", "DELETE /messages/msg_1/pin", (chat: ShowChat) => chat.unpin(ONE), 1],
  ["mute", "PUT /messages/msg_1/mute", (chat: ShowChat) => chat.mute(ONE, 10), 2],
])("two clicks on %s do it once and offer one undo", async (_, path, click, requests) => {
  const { chat, asked, answer } = server();

  const clicks = [click(chat), click(chat)];
  for (let left = requests; left; left--) await answer();

  expect(await Promise.all(clicks)).toEqual([true, false]);
  expect(asked).toHaveLength(requests);
  expect(asked[0]).toBe(path);
  expect(chat.done).toHaveLength(1);
});

test("what was refused is done by a later click", async () => {
  const { chat, answer, refuse } = server();
  const first = chat.remove(ONE);
  await refuse("rate_limited");
  expect(await first).toBe(false);

  const second = chat.remove(ONE);
  await answer();

  expect(await second).toBe(true);
});

test("who is muted is heard again by one tap, and the message stands again", async () => {
  const { chat, asked, answer } = server();
  chat.hear(ONE);
  const muted = chat.mute(ONE, 10);
  await answer();
  await answer();
  await muted;
  expect([chat.lines, chat.done.map(({ words }) => words)]).toEqual([[], ["moderation.muted"]]);

  const [step] = chat.done;
  const undone = [chat.undo(step!), chat.undo(step!)];
  await answer();
  await answer();

  expect(await Promise.all(undone)).toEqual([true, false]);
  expect(asked.slice(2)).toEqual(["DELETE /messages/msg_1/mute", "POST /messages/msg_1/restore"]);
  expect(chat.done).toEqual([]);
});

test("a mute can be taken back also after another message was deleted", async () => {
  const { chat, asked, answer } = server();
  const steps = [chat.mute(ONE, "show"), chat.remove(TWO)];
  for (let left = 3; left; left--) await answer();
  await Promise.all(steps);
  expect(chat.done.map(({ words, name }) => [words, name])).toEqual([
    ["moderation.muted", "Sofia"],
    ["moderation.deleted", "Maha"],
  ]);

  const undone = chat.undo(chat.done[0]!);
  await answer();
  await answer();
  await undone;

  expect(asked.at(-2)).toBe("DELETE /messages/msg_1/mute");
  expect(chat.done.map(({ name }) => name)).toEqual(["Maha"]);
});

test("a mute whose message was not deleted says no more than that, and can be taken back", async () => {
  const { chat, asked, answer, refuse } = server();
  chat.hear(ONE);
  const muted = chat.mute(ONE, 10);
  await answer();
  await refuse("message_not_found");
  expect(await muted).toBe(false);
  expect(chat.done.map(({ words }) => words)).toEqual(["moderation.muted_only"]);
  expect([chat.lines, chat.problem?.code]).toEqual([[ONE], "message_not_found"]);

  const undone = chat.undo(chat.done[0]!);
  await answer();
  await undone;

  expect(asked.slice(2)).toEqual(["DELETE /messages/msg_1/mute"]);
});

test("a refused undo is offered again", async () => {
  const { chat, answer, refuse } = server();
  const removed = chat.remove(ONE);
  await answer();
  await removed;

  const undone = chat.undo(chat.done[0]!);
  expect(chat.done).toEqual([]);
  await refuse("rate_limited");

  expect(await undone).toBe(false);
  expect(chat.done).toHaveLength(1);
});

test("an undo that is offered again stands ten seconds from then", async () => {
  const { chat, answer, refuse } = server();
  const removed = chat.remove(ONE);
  await answer();
  await removed;
  vi.advanceTimersByTime(9_000);
  const undone = chat.undo(chat.done[0]!);
  await refuse("rate_limited");
  await undone;

  vi.advanceTimersByTime(9_000);
  expect(chat.done).toHaveLength(1);
  vi.advanceTimersByTime(1_000);

  expect(chat.done).toEqual([]);
});

test("an undo is offered for ten seconds", async () => {
  const { chat, answer } = server();
  const removed = chat.remove(ONE);
  await answer();
  await removed;
  expect(chat.done).toHaveLength(1);

  vi.advanceTimersByTime(10_000);

  expect(chat.done).toEqual([]);
});

test("the room's messages, deletions and settings are followed", () => {
  const { chat } = server();
  chat.hear(TWO);
  chat.hear(ONE);
  expect(chat.lines).toEqual([ONE, TWO]);

  chat.hear({ id: "msg_1", deleted: true } as never);
  expect(chat.lines).toEqual([TWO]);

  chat.hear(null);
  chat.settingsHeard(undefined);
  expect([chat.lines, chat.settings.slow_s]).toEqual([[], 0]);
});

test("a new connection asks anew for what is pinned", async () => {
  const { chat, asked, answer } = server();
  chat.hear(ONE);
  chat.settingsHeard({ ...STORED, pinned_id: ONE.id });
  chat.pinned.look();

  chat.hear(null);
  await answer({ pinned: null });

  expect(chat.pinned.message).toBeNull();
  expect(asked).toEqual(["undefined /shows/show_1/messages?limit=1"]);
});

test("a message is pinned, and what was pinned before comes back by undo", async () => {
  const { chat, asked, answer } = server();
  chat.hear(ONE);
  chat.hear(TWO);
  chat.settingsHeard({ ...STORED, pinned_id: ONE.id });
  const pinned = chat.pin(TWO);
  await answer();

  expect(await pinned).toBe(true);
  expect(chat.pinned.message?.id).toBe(TWO.id);

  const undone = chat.undo(chat.done[0]!);
  await answer();
  expect(await undone).toBe(true);
  expect(chat.pinned.message?.id).toBe(ONE.id);
  expect(asked).toEqual(["PUT /messages/msg_2/pin", "PUT /messages/msg_1/pin"]);
});

test("a refused pin leaves what was pinned", async () => {
  const { chat, refuse } = server();
  chat.hear(ONE);
  const pinned = chat.pin(ONE);
  await refuse("message_not_found");

  expect(await pinned).toBe(false);
  expect(chat.pinned.message).toBeNull();
  expect(chat.problem?.code).toBe("message_not_found");
});

test("a muted account is asked for as that", async () => {
  const { chat, bodies, answer } = server();
  chat.hear(ONE);

  const muted = chat.mute(ONE, "account");
  await answer();
  await answer();
  await muted;

  expect(bodies[0]).toEqual({ account: true });
});
