import { afterEach, beforeEach, expect, test, vi } from "vitest";
import { call, freshKey, isUnsure, problemOf, Refused } from "./client";

let asked: { url: string; init: RequestInit }[];
let answers: (Response | Error)[];

beforeEach(() => {
  asked = [];
  answers = [];
  vi.useFakeTimers({ shouldAdvanceTime: true, advanceTimeDelta: 200 });
  vi.stubGlobal("fetch", (url: string, init: RequestInit) => {
    asked.push({ url, init });
    const answer = answers.shift()!;
    return answer instanceof Error ? Promise.reject(answer) : Promise.resolve(answer);
  });
});
afterEach(() => {
  vi.useRealTimers();
  vi.unstubAllGlobals();
});

const json = (body: unknown, status = 200) => new Response(JSON.stringify(body), { status });
const busy = () => json({ code: "busy" }, 503);
const codeOf = (asking: Promise<unknown>) =>
  asking.then(
    () => "answered",
    (error: unknown) => problemOf(error).code,
  );
const sent = (index = 0) => asked[index]!.init.headers as Record<string, string>;

test("a call sends what it was given and nothing else", async () => {
  answers = [json({ id: 1 })];

  expect(await call("/api/v1", "/shows")).toEqual({ id: 1 });
  expect(asked[0]!.url).toBe("/api/v1/shows");
  expect(sent()).toEqual({ Accept: "application/json" });
  expect(asked[0]!.init.body).toBeUndefined();
});

test("a call asks for the language of the page, not of the browser", async () => {
  answers = [json({})];
  vi.stubGlobal("document", { documentElement: { lang: "ar" } });
  await call("/api/v1", "/shows");

  expect(sent()["Accept-Language"]).toBe("ar");
});

test("a body, a token, a key and the session's proof go into the request", async () => {
  answers = [json({})];
  await call("", "/x", { method: "POST", body: { a: 1 }, token: "t", csrf: "c", key: "k" });

  expect(asked[0]!.init).toMatchObject({ method: "POST", body: '{"a":1}', keepalive: false });
  expect(sent()).toMatchObject({
    Authorization: "Bearer t",
    "X-CSRF-Token": "c",
    "Idempotency-Key": "k",
    "Content-Type": "application/json",
  });
});

test("a request of a page that goes away is finished without it", async () => {
  answers = [json({})];
  await call("", "/x", { method: "POST", leaving: true });

  expect(asked[0]!.init.keepalive).toBe(true);
});

test("no content is no value", async () => {
  answers = [new Response(null, { status: 204 })];

  expect(await call("", "/x", { method: "DELETE" })).toBeUndefined();
});

test("a refusal keeps its code, its status and its other members", async () => {
  answers = [json({ code: "sold_out", lines: [{ sku: "A" }] }, 409)];

  const error = await call("", "/x", { method: "POST" }).catch((each: unknown) => each);
  expect(error).toBeInstanceOf(Refused);
  expect(problemOf(error)).toEqual({ code: "sold_out", lines: [{ sku: "A" }], status: 409 });
});

test("an answer of something between us and the shop leaves open what was done", async () => {
  answers = [new Response("<html>", { status: 502 }), new Response("<html>", { status: 413 })];

  expect(await codeOf(call("", "/x", { method: "POST" }))).toBe("unreachable");
  expect(await codeOf(call("", "/x", { method: "POST" }))).toBe("internal_error");
});

test("a question and a request with a key are asked again, always under the same key", async () => {
  answers = [new TypeError("offline"), busy(), json({ id: 1 })];
  await call("", "/x", { method: "POST", key: "k" });

  expect([sent(0), sent(1), sent(2)].map((headers) => headers["Idempotency-Key"])).toEqual([
    "k",
    "k",
    "k",
  ]);
});

test("a request that could act twice is asked once", async () => {
  answers = [new TypeError("offline"), json({})];

  expect(await codeOf(call("", "/x", { method: "POST" }))).toBe("unreachable");
  expect(asked).toHaveLength(1);
});

test("a shop that stays busy is asked three times", async () => {
  answers = [busy(), busy(), busy(), json({})];

  expect(await codeOf(call("", "/x"))).toBe("busy");
  expect(asked).toHaveLength(3);
});

test("only a refusal below 500 says that nothing was done", () => {
  expect(
    [
      { code: "unreachable", status: 0 },
      { code: "busy", status: 503 },
      { code: "sold_out", status: 409 },
    ].map(isUnsure),
  ).toEqual([true, true, false]);
});

test("keys are long and never the same", () => {
  const keys = new Set(Array.from({ length: 50 }, freshKey));

  expect(keys.size).toBe(50);
  expect([...keys].every((key) => /^[0-9a-f]{32}$/.test(key))).toBe(true);
});
