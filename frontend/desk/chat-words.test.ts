import { expect, test } from "vitest";
import type { Call } from "../api/client";
import type { ListedWord } from "../contract";
import { Refused } from "../api/client";
import { ChatWords } from "./chat-words.svelte";

const word = (id: string, more: Partial<ListedWord> = {}): ListedWord => ({
  id,
  text: id,
  language: "en",
  effect: "hold",
  ...more,
});

function list(answers: Record<string, unknown>): { words: ChatWords; asked: unknown[] } {
  const asked: unknown[] = [];
  const request = (path: string, { method = "GET", body }: Call = {}) => {
    asked.push([method, path, body]);
    const answer = answers[method];
    return answer instanceof Error ? Promise.reject(answer) : Promise.resolve(answer);
  };
  return { words: new ChatWords({ request } as never, "mer_1"), asked };
}

const PATH = "/merchants/mer_1/chat-words";

test("a list is read, and shown by language", async () => {
  const items = [word("a"), word("b", { language: "ar" })];
  const { words } = list({ GET: { items, most: 500 } });

  await words.load();

  expect(words.of("ar").map(({ id }) => id)).toEqual(["b"]);
  expect(words.of("ar-Latn")).toEqual([]);
  expect(words.most).toBe(500);
});

test("each pasted line is one entry, whatever ends it", async () => {
  const stored = { items: [word("a"), word("b")], most: 500, added: 1, known: 1 };
  const { words, asked } = list({ POST: stored });

  expect(await words.add("en", "refuse", "a\r\nb\rc\n")).toBe(true);

  const body = { language: "en", effect: "refuse", lines: ["a", "b", "c", ""] };
  expect(asked).toEqual([["POST", PATH, body]]);
  expect(words.done).toEqual({ kind: "added", added: 1, known: 1 });
  expect(words.items).toHaveLength(2);
});

test("what is refused changes nothing on the list, and says why", async () => {
  const full = new Refused({ code: "chat_words_full", status: 409 });
  const { words } = list({ GET: { items: [word("a")], most: 1 }, POST: full });
  await words.load();

  expect(await words.add("en", "hold", "b")).toBe(false);

  expect(words.problem?.code).toBe("chat_words_full");
  expect([words.done, words.items?.length]).toEqual([null, 1]);
});

test("a word that is taken off can be put back as it was", async () => {
  const gone = word("a", { language: "ar", effect: "refuse", text: "غش" });
  const back = { items: [gone, word("b")], most: 500, added: 1, known: 0 };
  const { words, asked } = list({ GET: back, DELETE: undefined, POST: back });
  await words.load();

  await words.remove(gone);
  expect(words.items?.map(({ id }) => id)).toEqual(["b"]);
  expect(words.done).toEqual({ kind: "removed", word: gone });

  await words.undo(gone);
  expect(asked.slice(1)).toEqual([
    ["DELETE", `${PATH}/a`, undefined],
    ["POST", PATH, { language: "ar", effect: "refuse", lines: ["غش"] }],
  ]);
  expect(words.items).toHaveLength(2);
});
