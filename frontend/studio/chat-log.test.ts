import { afterEach, beforeEach, expect, test, vi } from "vitest";
import { Refused, type Call } from "../api/client";
import type { ChatAction } from "../contract";
import { ChatLog } from "./chat-log.svelte";

const ACT: ChatAction = {
  id: "act_1",
  at: "2026-11-26T10:00:00Z",
  kind: "delete",
  question: null,
  message: "msg_1",
  writer: "Daniel",
  text: "rude",
  person: "per_1",
  by: "Lina",
  reason: "",
  detail: "",
  undo: "restore",
};

function logOf(answer: (path: string) => unknown) {
  const asked: string[] = [];
  const request = (path: string, { method = "GET" }: Call = {}) => {
    asked.push(`${method} ${path}`);
    return Promise.resolve().then(() => answer(path));
  };
  return { asked, log: new ChatLog({ request } as never, "show_1") };
}

beforeEach(() => void vi.useFakeTimers());
afterEach(() => void vi.useRealTimers());

test("each undo asks for the opposite of what was done, then for the log anew", async () => {
  const { asked, log } = logOf(() => ({ items: [ACT] }));

  await log.undo(ACT);
  await log.undo({ ...ACT, undo: "unmute" });
  await log.undo({ ...ACT, undo: "unpin" });
  await log.undo({ ...ACT, undo: null });
  await log.undo({ ...ACT, message: null, undo: "resume" });

  expect(asked.filter((line) => !line.startsWith("GET"))).toEqual([
    "POST /messages/msg_1/restore",
    "DELETE /messages/msg_1/mute",
    "DELETE /messages/msg_1/pin",
    "PATCH /shows/show_1/chat",
  ]);
  expect(asked.at(-1)).toBe("GET /shows/show_1/chat-actions");
  expect(log.items).toEqual([ACT]);
});

test("who moderates no more is told so, and nothing more is asked", async () => {
  let taken = false;
  const { asked, log } = logOf(() => {
    if (taken) throw new Refused({ code: "show_not_found", status: 404 } as never);
    return { items: [] };
  });
  log.start();
  await vi.advanceTimersByTimeAsync(0);

  taken = true;
  await vi.advanceTimersByTimeAsync(3000);
  const before = asked.length;
  await vi.advanceTimersByTimeAsync(30_000);

  expect(log.over).toBe(true);
  expect(asked.length).toBe(before);
});

test("a look that failed is forgotten with the next one, a refused undo is not", async () => {
  let down = true;
  const { log } = logOf((path) => {
    if (path.endsWith("restore")) throw new Refused({ code: "forbidden", status: 403 } as never);
    if (down) throw new Refused({ code: "internal", status: 500 } as never);
    return { items: [] };
  });
  log.start();
  await vi.advanceTimersByTimeAsync(0);
  expect(log.problem?.status).toBe(500);

  down = false;
  await vi.advanceTimersByTimeAsync(3000);
  expect(log.problem).toBe(null);

  await log.undo(ACT);
  await vi.advanceTimersByTimeAsync(3000);
  expect(log.problem?.status).toBe(403);
  log.stop();
});

test("who is not signed in any more reads so, and nothing more is asked", async () => {
  const { asked, log } = logOf(() => {
    throw new Refused({ code: "not_authenticated", status: 401 } as never);
  });
  log.start();
  await vi.advanceTimersByTimeAsync(30_000);

  expect(log.problem?.status).toBe(401);
  expect(asked.length).toBe(1);
});
