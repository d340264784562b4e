import { expect, test } from "vitest";
import type { ChatMessage } from "../contract";
import { countAfter, withMessage, without, type Lines } from "./lines";
import { MOST } from "./most";

const at = (second: number, id = `msg_${second}`): ChatMessage => ({
  id,
  name: "Sofia",
  role: "viewer",
  text: `said at ${second}`,
  at: `2026-01-01T00:00:${String(second).padStart(2, "0")}.000Z`,
  media_at: "2026-01-01T00:00:00.000Z",
  reply_to: null,
});
const ids = (lines: Lines) => lines.map(({ id }) => id);
const after = (messages: ChatMessage[]): Lines => messages.reduce(withMessage, [] as Lines);

test("messages stand in the order in which they were said, whenever they came", () => {
  expect(ids(after([at(2), at(3), at(1)]))).toEqual(["msg_1", "msg_2", "msg_3"]);
});

test("a message that comes twice stands once", () => {
  expect(ids(after([at(1), at(2), at(1)]))).toEqual(["msg_1", "msg_2"]);
});

test("a deleted message goes, and a restored one comes back in its place", () => {
  const left = without(after([at(1), at(2), at(3)]), "msg_2");

  expect(ids(left)).toEqual(["msg_1", "msg_3"]);
  expect(ids(withMessage(left, at(2)))).toEqual(["msg_1", "msg_2", "msg_3"]);
});

test("the oldest go first", () => {
  const many = Array.from({ length: MOST + 2 }, (_, second) => ({
    ...at(0, `msg_${String(second).padStart(4, "0")}`),
  }));

  expect(after(many).length).toBe(MOST);
  expect(after(many)[0]!.id).toBe("msg_0002");
});

test("messages after the last one seen are counted, all when that one is gone", () => {
  const lines = after([at(1), at(2), at(3)]);

  expect(countAfter(lines, "msg_3")).toBe(0);
  expect(countAfter(lines, "msg_1")).toBe(2);
  expect(countAfter(lines, "msg_9")).toBe(3);
});
