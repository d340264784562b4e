import { expect, test, vi } from "vitest";
import { Refused, type Call } from "../api/client";
import type { LedgerEntry, Session } from "../contract";
import { arabic, english, markup, textOf } from "../testing/rendered";
import { Books, entriesOf, monthsAfter } from "./money.svelte";

vi.stubGlobal("location", { pathname: "/desk/money" });
vi.stubGlobal("history", { pushState: () => undefined });
const { default: MoneyEntries } = await import("./money-entries.svelte");

const pounds = (amount: number) => ({ amount, currency: "GBP" });
const seller = { holder: "merchant" as const, id: "mer_1", name: { en: "Loamwick", ar: "لوم" } };
const fee: LedgerEntry = {
  id: "ent_1",
  kind: "platform_fee",
  at: "2026-11-26T09:00:00Z",
  posted_at: null,
  account: seller,
  amount: pounds(-590),
  others: [{ holder: "platform", id: null, name: null }],
  order_id: "ord_1",
  order_number: "LW-1",
  base: pounds(11800),
  rate: 500,
};

function server(answers: Record<string, unknown>) {
  const asked: string[] = [];
  const request = <T>(path: string, { method = "GET" }: Call = {}): Promise<T> => {
    asked.push(`${method} ${path}`);
    return path in answers
      ? Promise.resolve(answers[path] as T)
      : Promise.reject(new Refused({ code: "period_invalid", status: 422 }));
  };
  return { asked, request };
}
const ENTRIES = "/ledger/entries?limit=50";
const answers = {
  "/ledger/balances": { balances: [], payouts: [] },
  "/statements?period=2026-11": { statements: ["this"], is_final: false },
  "/statements?period=2026-10": { statements: ["before"], is_final: true },
  [ENTRIES]: { items: [fee], next_cursor: "ent_1" },
  [`${ENTRIES}&cursor=ent_1`]: { items: [{ ...fee, id: "ent_0" }], next_cursor: null },
};
const now = new Date("2026-11-26T12:00:00Z");

test.each([
  ["2026-11", 1, "2026-12"],
  ["2026-12", 1, "2027-01"],
  ["2026-01", -1, "2025-12"],
])("%s and %i months is %s", (month, months, then) => {
  expect(monthsAfter(month, months)).toBe(then);
});

test("the page begins with this month, and another one is asked for alone", async () => {
  const api = server(answers);
  const books = new Books(api, now);

  await books.load();
  expect(books.statements).toEqual(["this"]);
  expect(books.isNewest).toBe(true);
  await books.choose("2026-10");

  expect(books.statements).toEqual(["before"]);
  expect(books.closing?.is_final).toBe(true);
  expect(books.isNewest).toBe(false);
  expect(api.asked).toEqual([
    "GET /ledger/balances",
    "GET /statements?period=2026-11",
    `GET ${ENTRIES}`,
    "GET /statements?period=2026-10",
  ]);
});

test("what comes late for a month that was left is not shown", async () => {
  const books = new Books(server(answers), now);

  await Promise.all([books.choose("2026-11"), books.choose("2026-10")]);

  expect(books.statements).toEqual(["before"]);
});

test("entries go on where they ended", async () => {
  const books = new Books(server(answers), now);

  await books.more();
  await books.more();

  expect(books.entries?.map(({ id }) => id)).toEqual(["ent_1", "ent_0"]);
  expect(books.next).toBeNull();
});

test("a refusal is kept for a sentence about it", async () => {
  const books = new Books(server({}), now);

  await books.load();

  expect(books.problem?.code).toBe("period_invalid");
  expect(books.entries).toBeNull();
});

test.each([english, arabic])("an entry says what, how it was reckoned, and how much", (words) => {
  const text = textOf(markup(MoneyEntries, { entries: [fee] }, { words }));

  for (const part of [
    words.t("money.kind.platform_fee"),
    words.t("money.of_order", { number: "LW-1" }),
    words.t("money.reckoned", { rate: "5", base: pounds(11800) }),
    words.price(pounds(-590)),
  ])
    expect(text).toContain(part.replace(/\s+/g, " "));
});

test.each([english, arabic])("an entry of a closed month says from when it counts", (words) => {
  const late = { ...fee, posted_at: "2026-12-05T09:00:00Z" };
  const shown = (entries: LedgerEntry[]) => textOf(markup(MoneyEntries, { entries }, { words }));
  const counts = words.t("money.counts", { day: words.day(late.posted_at) });

  expect(shown([late])).toContain(counts);
  expect(shown([fee])).not.toContain(counts);
});

test("what went wrong with a month is over with the next one that comes", async () => {
  const books = new Books(server(answers), now);
  await books.load();

  await books.choose("2026-09");
  expect(books.problem?.code).toBe("period_invalid");
  await books.choose("2026-10");
  expect(books.problem).toBeNull();
});

test("a refusal that comes late for a month that was left is not said of another", async () => {
  let refuse = () => {};
  const late = {
    request: <T>(path: string): Promise<T> =>
      path.endsWith("2026-09")
        ? new Promise((_, reject) => {
            refuse = () => reject(new Refused({ code: "period_invalid", status: 422 }));
          })
        : Promise.resolve({ statements: [] } as T),
  };
  const books = new Books(late, now);
  const left = books.choose("2026-09");
  await books.choose("2026-10");

  refuse();
  await left;

  expect([books.month, books.problem]).toEqual(["2026-10", null]);
});

test("only who may read the books asks for what an order did to them", async () => {
  const path = "/ledger/entries?order_id=ord_1&limit=100";
  const { asked, request } = server({ [path]: { items: [fee], next_cursor: null } });
  const who = (...may: Session["may"]) => ({ request, session: { may } as unknown as Session });

  expect(await entriesOf(who("orders.read", "orders.fulfil"), "ord_1")).toEqual([]);
  expect(asked).toEqual([]);
  expect(await entriesOf(who("orders.read", "money.read"), "ord_1")).toEqual([fee]);
  expect(await entriesOf(who("money.read"), "ord_2")).toEqual([]);
});
