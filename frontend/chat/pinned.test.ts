import { afterEach, beforeEach, expect, test, vi } from "vitest";
import { Refused } from "../api/client";
import type { ChatMessage } from "../contract";
import { withMessage, type Lines } from "./lines";
import { MOST } from "./most";
import { Pinned } from "./pinned.svelte";

const said = (id: string, at = "2026-11-26T10:00:00Z") => ({ id, text: id, at }) as ChatMessage;

type Answer = ChatMessage | Error | null;

/** A room in which a message is pinned, and a server that answers in turn, at last always the same. */
function pinnedOf(room: { id: string | null | undefined; lines?: Lines; answers?: Answer[] }) {
  const { answers = [] } = room;
  const ask = vi.fn(() => {
    const answer = answers.length > 1 ? answers.shift() : answers[0];
    if (answer instanceof Error) return Promise.reject(answer);
    return Promise.resolve({ pinned: answer ?? null });
  });
  const pinned = new Pinned(
    () => room.id,
    () => room.lines ?? [],
    ask,
  );
  return { pinned, ask, room };
}

const away = new Error("network");

beforeEach(() => void vi.useFakeTimers());
afterEach(() => {
  vi.useRealTimers();
  vi.restoreAllMocks();
});

test("words that are on the page are not asked for", async () => {
  const { pinned, ask } = pinnedOf({ id: "msg_1", lines: [said("msg_1"), said("msg_2")] });
  pinned.look();
  await vi.runAllTimersAsync();

  expect(pinned.message?.text).toBe("msg_1");
  expect(ask).not.toHaveBeenCalled();
});

test("the pinned message stays when hundreds were said after it, and is not asked for", async () => {
  const { pinned, ask, room } = pinnedOf({ id: "msg_0", lines: [said("msg_0")] });
  pinned.look();
  for (let later = 1; later <= MOST; later++)
    room.lines = withMessage(room.lines!, said(`msg_${later}`, `2026-11-26T11:00:00.${later}Z`));
  pinned.look();
  await vi.runAllTimersAsync();

  expect(room.lines!.some(({ id }) => id === "msg_0")).toBe(false);
  expect(pinned.message?.id).toBe("msg_0");
  expect(ask).not.toHaveBeenCalled();
});

test("who comes late asks once for the words", async () => {
  const { pinned, ask } = pinnedOf({ id: "msg_1", answers: [said("msg_1")] });
  pinned.look();
  pinned.look();
  await vi.runAllTimersAsync();

  expect(pinned.message?.text).toBe("msg_1");
  expect(ask).toHaveBeenCalledOnce();
});

test("the pages of an audience ask at different moments of five seconds", async () => {
  const asks = [0, 0.5, 0.999].map((share) => {
    vi.spyOn(Math, "random").mockReturnValueOnce(share);
    const { pinned, ask } = pinnedOf({ id: "msg_1", answers: [said("msg_1")] });
    pinned.look();
    return ask;
  });
  const asked = () => asks.map((ask) => ask.mock.calls.length);

  await vi.advanceTimersByTimeAsync(0);
  expect(asked()).toEqual([1, 0, 0]);
  await vi.advanceTimersByTimeAsync(2_500);
  expect(asked()).toEqual([1, 1, 0]);
  await vi.advanceTimersByTimeAsync(2_500);
  expect(asked()).toEqual([1, 1, 1]);
});

test("words that are heard while the page waits are not asked for", async () => {
  const { pinned, ask, room } = pinnedOf({ id: "msg_1", answers: [said("msg_1")] });
  pinned.look();
  room.lines = [said("msg_1")];
  await vi.runAllTimersAsync();

  expect(ask).not.toHaveBeenCalled();
});

test("a page that is left asks for nothing more", async () => {
  const { pinned, ask } = pinnedOf({ id: "msg_1", answers: [away] });
  pinned.look()();
  await vi.runAllTimersAsync();

  expect(ask).not.toHaveBeenCalled();
});

test("a request that failed is made again after a pause", async () => {
  const { pinned, ask } = pinnedOf({ id: "msg_1", answers: [away, away, said("msg_1")] });
  pinned.look();
  await vi.advanceTimersByTimeAsync(5_000);
  expect(ask).toHaveBeenCalledOnce();

  await vi.runAllTimersAsync();

  expect(ask).toHaveBeenCalledTimes(3);
  expect(pinned.message?.id).toBe("msg_1");
});

test.each([
  [{ code: "show_not_found", status: 404 }, 1],
  [{ code: "rate_limited", status: 429 }, 1],
  [{ code: "internal_error", status: 500 }, 2],
  [{ code: "unreachable", status: 0 }, 2],
])("after %j the words are asked for as often as %d", async (problem, requests) => {
  const answers = [new Refused(problem), said("msg_1")];
  const { pinned, ask } = pinnedOf({ id: "msg_1", answers });
  pinned.look();
  await vi.runAllTimersAsync();
  pinned.look();
  await vi.runAllTimersAsync();

  expect(ask).toHaveBeenCalledTimes(requests);
  expect(pinned.message === null).toBe(requests === 1);
});

test("a deleted message is pinned no longer and not asked for", async () => {
  const { pinned, ask } = pinnedOf({ id: "msg_1", answers: [said("msg_1")] });
  pinned.look();
  await vi.runAllTimersAsync();
  pinned.remove("msg_1");
  pinned.look();
  await vi.runAllTimersAsync();

  expect(pinned.message).toBeNull();
  expect(ask).toHaveBeenCalledOnce();
});

test("a message that is deleted while its words are on the way is not shown", async () => {
  const { pinned, ask } = pinnedOf({ id: "msg_1" });
  let answer = (_: { pinned: ChatMessage }): void => undefined;
  ask.mockReturnValueOnce(new Promise((resolve) => (answer = resolve)));
  pinned.look();
  await vi.runAllTimersAsync();
  pinned.remove("msg_1");
  answer({ pinned: said("msg_1") });
  await vi.runAllTimersAsync();

  expect(pinned.message).toBeNull();
});

test("a deletion that is taken back pins the message again", () => {
  const { pinned, room } = pinnedOf({ id: "msg_1", lines: [said("msg_1")] });
  pinned.look();
  [room.lines] = [[]];
  pinned.remove("msg_1");
  expect(pinned.message).toBeNull();

  room.lines = [said("msg_1")];
  pinned.look();
  room.lines = [];

  expect(pinned.message?.id).toBe("msg_1");
});

test("a new connection asks anew, whatever was known before it", async () => {
  const { pinned, ask } = pinnedOf({ id: "msg_1", answers: [said("msg_1"), null] });
  pinned.look();
  await vi.runAllTimersAsync();
  expect(pinned.message?.id).toBe("msg_1");

  pinned.forget();
  await vi.runAllTimersAsync();

  expect(pinned.message).toBeNull();
  expect(ask).toHaveBeenCalledTimes(3);
});

test("a deletion that was taken back while nobody listened pins the message again", async () => {
  const { pinned } = pinnedOf({ id: "msg_1", answers: [said("msg_1")] });
  pinned.look();
  pinned.remove("msg_1");
  await vi.runAllTimersAsync();
  expect(pinned.message).toBeNull();

  pinned.forget();
  await vi.runAllTimersAsync();

  expect(pinned.message?.id).toBe("msg_1");
});

test("an answer from before the new connection is not shown", async () => {
  const { pinned, ask } = pinnedOf({ id: "msg_1", answers: [null] });
  let answer = (_: { pinned: ChatMessage }): void => undefined;
  ask.mockReturnValueOnce(new Promise((resolve) => (answer = resolve)));
  pinned.look();
  await vi.runAllTimersAsync();
  pinned.forget();
  await vi.runAllTimersAsync();
  answer({ pinned: said("msg_1") });
  await vi.runAllTimersAsync();

  expect(pinned.message).toBeNull();
});

test("another message that is deleted keeps nobody from the pinned one", async () => {
  const { pinned } = pinnedOf({ id: "msg_1", answers: [said("msg_1")] });
  pinned.remove("msg_2");
  pinned.look();
  await vi.runAllTimersAsync();

  expect(pinned.message?.id).toBe("msg_1");
});

test("an answer about another message is not shown, and asked for once more", async () => {
  const { pinned, ask } = pinnedOf({ id: "msg_2", answers: [said("msg_1")] });
  pinned.look();
  await vi.runAllTimersAsync();

  expect(pinned.message).toBeNull();
  expect(ask).toHaveBeenCalledTimes(2);
});

test("an answer from before the pin is followed by the one that has it", async () => {
  const { pinned } = pinnedOf({ id: "msg_2", answers: [null, said("msg_2")] });
  pinned.look();
  await vi.runAllTimersAsync();

  expect(pinned.message?.id).toBe("msg_2");
});

test("what is pinned is news once, but for what was pinned when the page was opened", () => {
  const lines = [said("msg_1"), said("msg_2")];
  const { pinned, room } = pinnedOf({ id: undefined, lines });
  const news: (string | null)[] = [];
  pinned.onpinned = (message) => news.push(message?.id ?? null);

  for (const id of [undefined, "msg_1", "msg_2", "msg_2", null, "msg_2", "msg_1"]) {
    room.id = id;
    pinned.look();
  }

  expect(news).toEqual(["msg_2", null, "msg_2", "msg_1"]);
});

test("a pinned message is news when its words are there", async () => {
  const { pinned, room } = pinnedOf({ id: null, answers: [said("msg_1")] });
  const news: unknown[] = [];
  pinned.onpinned = (message) => news.push(message?.text);
  pinned.look();
  room.id = "msg_1";
  pinned.look();
  await vi.runAllTimersAsync();
  expect(news).toEqual([]);

  pinned.look();

  expect(news).toEqual(["msg_1"]);
});
