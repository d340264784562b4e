import { expect, test, vi } from "vitest";
import type { ChatMessage } from "../contract";
import { Pinned } from "./pinned.svelte";

const said = (id: string) => ({ id, text: id }) as ChatMessage;

function pinnedOf(given: { id: string | null; lines: ChatMessage[]; known?: ChatMessage | null }) {
  const ask = vi.fn(() => Promise.resolve({ pinned: given.known ?? null }));
  const pinned = new Pinned(
    () => given.id,
    () => given.lines,
    ask,
  );
  return { pinned, ask };
}

test("words that are on the page are not asked for", () => {
  const { pinned, ask } = pinnedOf({ id: "msg_1", lines: [said("msg_1"), said("msg_2")] });
  pinned.look();

  expect(pinned.message?.text).toBe("msg_1");
  expect(ask).not.toHaveBeenCalled();
});

test("who comes late asks once for the words", async () => {
  const { pinned, ask } = pinnedOf({ id: "msg_1", lines: [], known: said("msg_1") });
  pinned.look();
  pinned.look();

  await vi.waitFor(() => expect(pinned.message?.text).toBe("msg_1"));
  expect(ask).toHaveBeenCalledOnce();
});

test("a deleted message is pinned no longer and not asked for", async () => {
  const { pinned, ask } = pinnedOf({ id: "msg_1", lines: [], known: said("msg_1") });
  pinned.look();
  await vi.waitFor(() => expect(pinned.message).not.toBeNull());
  pinned.remove("msg_1");
  pinned.look();

  expect(pinned.message).toBeNull();
  expect(ask).toHaveBeenCalledOnce();
});

test("an answer about another message is not shown", async () => {
  const { pinned, ask } = pinnedOf({ id: "msg_2", lines: [], known: said("msg_1") });
  pinned.look();
  await ask.mock.results[0]!.value;

  expect(pinned.message).toBeNull();
});
