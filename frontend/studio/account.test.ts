import { expect, test } from "vitest";
import { Refused, type Call } from "../api/client";
import type { ApiKey, OpenSession } from "../contract";
import { arabic, english, markup, namesIn, textOf } from "../testing/rendered";
import AccountKeys from "./account-keys.svelte";
import AccountSessions from "./account-sessions.svelte";
import { Account, readLog } from "./account.svelte";

const session = (id: string, current: boolean): OpenSession => ({
  id,
  current,
  created_at: "2026-11-26T09:00:00Z",
  expires_at: "2026-11-26T21:00:00Z",
});
const key: ApiKey = {
  id: "key_1",
  label: "Warehouse",
  scopes: ["orders:read"],
  created_at: "2026-11-01T09:00:00Z",
  expires_at: "2027-01-30T09:00:00Z",
  last_used_at: null,
};

/** A server that remembers what it was asked, and refuses what it is told to. */
function server(answers: Record<string, unknown>, refuse: Record<string, string> = {}) {
  const asked: string[] = [];
  const request = <T>(path: string, { method = "GET" }: Call = {}): Promise<T> => {
    const step = `${method} ${path}`;
    asked.push(step);
    const code = refuse[step];
    return code
      ? Promise.reject(new Refused({ code, status: 409 }))
      : Promise.resolve(answers[step] as T);
  };
  return { asked, request };
}
const lists = {
  "GET /sessions": { sessions: [session("ses_2", false), session("ses_1", true)] },
  "GET /keys": { keys: [key] },
};

test("this browser stands first, and another is signed out by name", async () => {
  const studio = server(lists);
  const account = new Account(studio);
  await account.sessions.load();
  expect(account.sessions.items?.map(({ id }) => id)).toEqual(["ses_1", "ses_2"]);

  await account.endSession(session("ses_2", false));

  expect(studio.asked.slice(1)).toEqual(["DELETE /sessions/ses_2", "GET /sessions"]);
  expect(account.sessions.done).toBe("account.ended");
});

test("a refusal is said, nothing is called done, and the list is read anew", async () => {
  const studio = server(lists, { "DELETE /sessions/ses_2": "session_not_found" });
  const account = new Account(studio);

  await account.endSession(session("ses_2", false));

  expect([account.sessions.problem?.code, account.sessions.done]).toEqual([
    "session_not_found",
    "",
  ]);
  expect(studio.asked.at(-1)).toBe("GET /sessions");
});

test("a changed password shows that the other sign-ins ended", async () => {
  const studio = server(lists);
  const account = new Account(studio);

  expect(await account.changePassword("old", "new and long enough")).toBe(true);

  expect(studio.asked).toEqual(["PUT /password", "GET /sessions"]);
  expect(english.t(account.password.done)).toContain("all other sign-ins have ended");
});

test("a new key is shown once: it goes with the next step", async () => {
  const account = new Account(server({ ...lists, "POST /keys": { key: "sf_secret" } }));

  expect(await account.makeKey("Warehouse", ["orders:read"], 90)).toBe(true);
  expect(account.newKey).toBe("sf_secret");
  await account.revokeKey(key);

  expect(account.newKey).toBeNull();
  expect(account.keys.done).toBe("account.key_revoked");
});

test.each([english, arabic])("keys and sign-ins say what they are and how to end them", (words) => {
  const account = new Account(server({}));
  account.keys.items = [key];
  account.sessions.items = [session("ses_1", true), session("ses_2", false)];

  const html =
    markup(AccountKeys, { account }, { words }) + markup(AccountSessions, { account }, { words });

  expect(textOf(html)).toContain(words.t("account.scope.orders:read"));
  expect(textOf(html)).toContain(words.t("account.key_unused"));
  expect(textOf(html)).not.toMatch(/account\./);
  expect(namesIn(html)).toContain(words.t("account.key_revoke_named", { label: "Warehouse" }));
});

test("without keys the page says when one is needed", () => {
  const account = new Account(server({}));
  account.keys.items = [];

  expect(textOf(markup(AccountKeys, { account }))).toContain("Make one when a program needs");
});

test("the log is read page by page, and every event has words", async () => {
  const records = Array.from({ length: 50 }, (_, index) => ({ id: 100 - index }));
  const studio = server({
    "GET /security-log?limit=50": { records },
    "GET /security-log?limit=50&before=51": { records: [] },
  });

  expect((await readLog(studio, null)).more).toBe(true);
  expect(await readLog(studio, 51)).toEqual({ records: [], more: false });
});
