import { expect, test } from "vitest";
import { Refused } from "../api/client";
import { DeskList } from "./list.svelte";

type Filter = "to_send" | "sent" | "all";
interface Answer {
  items?: string[];
  next_cursor?: string | null;
  counts?: Record<string, number>;
}

/** Answers when the test says so, so that answers can overtake each other. */
function server() {
  const open: { path: string; answer: (body: Answer) => void; refuse: (code: string) => void }[] =
    [];
  const request = <T>(path: string): Promise<T> =>
    new Promise((resolve, reject) =>
      open.push({
        path,
        answer: (body) => resolve({ next_cursor: null, ...body } as T),
        refuse: (code) => reject(new Refused({ code, status: 503 })),
      }),
    );
  return { open, request };
}
function listed(search = "") {
  const api = server();
  const list = new DeskList<string, Filter>(
    api,
    { path: "/orders", filters: ["to_send", "sent", "all"], first: "to_send" },
    search,
  );
  return { list, open: api.open };
}

test.each([
  ["", "to_send", ""],
  ["#filter=sent&q=LW-1", "sent", "LW-1"],
  ["#filter=drop%20table", "to_send", ""],
])("the address %s chooses %s", (search, filter, words) => {
  const { list } = listed(search);

  expect([list.filter, list.words]).toEqual([filter, words]);
});

test("words are sent trimmed and escaped, and left out when nothing is seen", () => {
  const { list } = listed();
  list.words = "  a&b ";
  expect(list.query).toBe("filter=to_send&q=a%26b");

  list.words = "   ";
  expect(list.query).toBe("filter=to_send");
});

test("the next page is added behind the first, and the last has none after it", async () => {
  const { list, open } = listed();
  const first = list.load();
  open[0]!.answer({ items: ["1", "2"], next_cursor: "c2" });
  await first;
  expect([list.items, list.next]).toEqual([["1", "2"], "c2"]);

  const second = list.load();
  open[1]!.answer({ items: ["3"] });
  await second;

  expect(open.map(({ path }) => path)).toEqual([
    "/orders?limit=50&filter=to_send",
    "/orders?limit=50&filter=to_send&cursor=c2",
  ]);
  expect([list.items, list.next]).toEqual([["1", "2", "3"], null]);
});

test("two presses on more ask once", async () => {
  const { list, open } = listed();
  const both = [list.load(), list.load()];
  open[0]!.answer({ items: ["1"] });
  await Promise.all(both);

  expect([open.length, list.items]).toEqual([1, ["1"]]);
});

test("what comes late for an earlier choice is not shown, not even as a refusal", async () => {
  const { list, open } = listed();
  const early = list.load();
  const chosen = list.choose("sent");
  expect(list.items).toBeNull();
  open[1]!.answer({ items: ["sent"] });
  await chosen;
  open[0]!.answer({ items: ["to send"] });
  await early;
  expect(list.items).toEqual(["sent"]);

  const again = list.choose("to_send");
  const last = list.choose("all");
  open[3]!.answer({ items: ["all"] });
  await last;
  open[2]!.refuse("busy");
  await again;

  expect([list.items, list.problem, list.busy]).toEqual([["all"], null, false]);
});

test("another choice begins at its first page", async () => {
  const { list, open } = listed();
  const first = list.load();
  open[0]!.answer({ items: ["1"], next_cursor: "c2" });
  await first;

  void list.choose("sent");

  expect(open[1]!.path).toBe("/orders?limit=50&filter=sent");
});

test("words are looked for behind all filters, and no words leave the filter", () => {
  const { list, open } = listed();
  void list.search("LW-1");
  expect([list.filter, open[0]!.path]).toEqual(["all", "/orders?limit=50&filter=all&q=LW-1"]);

  void list.choose("sent");
  void list.search(" ");
  expect(list.filter).toBe("sent");
});

test("a refusal is said, and the next attempt forgets it", async () => {
  const { list, open } = listed();
  const first = list.load();
  open[0]!.refuse("busy");
  await first;
  expect([list.problem?.code, list.items, list.busy]).toEqual(["busy", null, false]);

  const second = list.load();
  open[1]!.answer({ items: [] });
  await second;

  expect([list.problem, list.items]).toEqual([null, []]);
});

test("counts that do not come are no problem of the list", async () => {
  const { list, open } = listed();
  const first = list.count();
  open[0]!.answer({ counts: { to_send: 3 } });
  await first;
  const second = list.count();
  open[1]!.refuse("busy");
  await second;

  expect(open[0]!.path).toBe("/orders/counts");
  expect([list.counts, list.problem]).toEqual([{ to_send: 3 }, null]);
});
