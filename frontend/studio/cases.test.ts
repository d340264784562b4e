import { expect, test, vi } from "vitest";
import { Refused, type Call } from "../api/client";
import type { Case } from "../contract";
import { CaseQueue } from "./cases.svelte";
import { ShowChat } from "./show-chat.svelte";

const reported = (id: string): Case => ({
  id,
  name: "Rana",
  role: "viewer",
  text: "go home",
  at: "2026-11-27T20:00:00Z",
  media_at: "2026-11-27T20:00:00Z",
  reply_to: null,
  reports: 2,
  reasons: [{ reason: "unkind", count: 2 }],
  reported_at: "2026-11-27T20:00:10Z",
});

function studio(waiting: Case[], refusal?: Refused) {
  const asked: unknown[] = [];
  const request = vi.fn((path: string, { method = "GET", body }: Call = {}) => {
    if (method === "GET") return Promise.resolve({ items: waiting, count: waiting.length });
    asked.push([method, path, body]);
    return refusal ? Promise.reject(refusal) : Promise.resolve(undefined);
  });
  const chat = new ShowChat({ request } as never, "show_1");
  return { queue: new CaseQueue(chat), chat, asked };
}

test.each([
  ["keep", "keep", 0],
  ["remove", "delete", 1],
  ["removeAndMute", "mute", 1],
] as const)(
  "%s is one decision, and what is taken away can be put back",
  async (how, sent, undos) => {
    const { queue, chat, asked } = studio([reported("a"), reported("b")]);
    await queue.load();

    expect(await queue[how](queue.items[0]!)).toBe(true);

    expect(asked).toEqual([["POST", "/messages/a/case", { decision: sent }]]);
    expect([queue.count, queue.items.map(({ id }) => id)]).toEqual([1, ["b"]]);
    expect(chat.done).toHaveLength(undos);
  },
);

test("undoing a mute lets its writer write again, and shows the message", async () => {
  const { queue, chat, asked } = studio([reported("a")]);
  await queue.load();
  await queue.removeAndMute(queue.items[0]!);

  await chat.undo(chat.done[0]!);

  expect(asked.slice(1)).toEqual([
    ["DELETE", "/messages/a/mute", undefined],
    ["POST", "/messages/a/restore", undefined],
  ]);
});

test("what somebody else has decided is said, and the list is read again", async () => {
  const decided = new Refused({ code: "message_decided", status: 409 });
  const { queue, chat } = studio([reported("a")], decided);
  await queue.load();

  expect(await queue.keep(queue.items[0]!)).toBe(false);

  expect(chat.problem?.code).toBe("message_decided");
  expect(queue.count).toBe(1);
});
