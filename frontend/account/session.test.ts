import { afterEach, describe, expect, test, vi } from "vitest";
import { Account, linkIn } from "./session.svelte";

const VIEWER = { id: "vwr_1", email: "sofia@example.com", csrf: "c" };
const answer = (status: number, body?: unknown) =>
  new Response(body === undefined ? null : JSON.stringify(body), { status });

/** The server's answers by `METHOD path`; what was asked for is kept. */
function server(answers: Record<string, Response[]>) {
  const asked: { what: string; body: unknown; headers: Headers }[] = [];
  vi.stubGlobal("fetch", (url: string, init: RequestInit) => {
    const what = `${init.method} ${url}`;
    const body: unknown = init.body ? JSON.parse(init.body as string) : null;
    asked.push({ what, body, headers: new Headers(init.headers) });
    const next = answers[what]?.shift();
    return next ? Promise.resolve(next) : Promise.reject(new Error(what));
  });
  return asked;
}

afterEach(() => vi.unstubAllGlobals());

describe("signing in", () => {
  test("goes from the question to the address to the code", async () => {
    const asked = server({
      "GET /viewer/session": [answer(401, { code: "not_authenticated" })],
      "POST /viewer/sign-ins": [answer(201, { id: "sin_1" })],
      "POST /viewer/session": [answer(200, VIEWER)],
    });
    const account = new Account("");
    await account.resume();
    expect([account.known, account.viewer, account.step]).toEqual([true, null, "age"]);

    account.admit("a");
    await account.ask("sofia@example.com");
    expect([account.step, account.email]).toEqual(["code", "sofia@example.com"]);

    await account.enter("123456");
    expect(account.viewer?.email).toBe("sofia@example.com");
    expect(asked.slice(1).map(({ body }) => body)).toEqual([
      { email: "sofia@example.com", admission: "a" },
      { sign_in: "sin_1", code: "123456" },
    ]);
  });

  test("by a link waits for a tap, and leads on when the link is over", async () => {
    const asked = server({ "POST /viewer/session": [answer(410, { code: "sign_in_over" })] });
    const account = new Account("", { link: "L" });
    expect([account.step, asked.length]).toEqual(["link", 0]);

    await account.useLink();
    expect([account.problem?.code, account.step]).toEqual(["sign_in_over", "link"]);
    expect(asked[0]?.body).toEqual({ link: "L" });

    account.again();
    expect([account.problem, account.step]).toEqual([null, "age"]);
  });

  test("shows a wrong code and keeps the form", async () => {
    server({ "POST /viewer/session": [answer(401, { code: "sign_in_code_wrong" })] });
    const account = new Account("");
    account.step = "code";

    await account.enter("000000");

    expect([account.problem?.code, account.step, account.busy]).toEqual([
      "sign_in_code_wrong",
      "code",
      false,
    ]);
  });

  test("asks for the date again when its hour is over", async () => {
    server({ "POST /viewer/sign-ins": [answer(403, { code: "adult_declaration_required" })] });
    const account = new Account("");
    account.admit("old");

    await account.ask("sofia@example.com");

    expect(account.step).toBe("age");
  });

  test("asks with the link of a mail that was asked for elsewhere, and enters then", async () => {
    const asked = server({
      "POST /viewer/session": [
        answer(403, { code: "adult_declaration_required" }),
        answer(200, VIEWER),
      ],
    });
    const account = new Account("", { link: "abc" });

    await account.useLink();
    expect(account.step).toBe("age");
    account.admit("a");

    await vi.waitFor(() => expect(account.viewer).toEqual(VIEWER));
    expect(asked.map(({ body }) => body)).toEqual([
      { link: "abc" },
      { link: "abc", admission: "a" },
    ]);
  });

  test("refuses for the day whom the server refuses", async () => {
    server({ "POST /viewer/sign-ins": [answer(403, { code: "age_refused" })] });
    const account = new Account("");
    account.admit("a");

    await account.ask("sofia@example.com");

    expect([account.step, account.problem]).toEqual(["refused", null]);
    expect(new Account("", { refused: true }).step).toBe("refused");
  });
});

describe("a session", () => {
  test("sends its token with every change, and ends when the server says so", async () => {
    const asked = server({
      "GET /viewer/session": [answer(200, VIEWER)],
      "DELETE /viewer/session": [answer(204)],
    });
    const account = new Account("");
    await account.resume();

    await account.signOut();

    expect(asked[1]?.headers.get("x-csrf-token")).toBe("c");
    expect([account.viewer, account.step, account.hasEnded]).toEqual([null, "age", false]);
  });

  test("that was ended elsewhere leads back to the form", async () => {
    server({
      "GET /viewer/session": [answer(200, VIEWER)],
      "GET /viewer/sessions": [answer(401, { code: "not_authenticated" })],
    });
    const account = new Account("");
    await account.resume();

    await expect(account.request("/viewer/sessions")).rejects.toThrow("not_authenticated");

    expect([account.viewer, account.hasEnded]).toEqual([null, true]);
  });
});

test("the link is read from behind the #", () => {
  expect(linkIn("#in=abc-_1")).toBe("abc-_1");
  expect(linkIn("#other=1")).toBeNull();
  expect(linkIn("")).toBeNull();
});
