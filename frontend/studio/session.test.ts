import { afterEach, beforeEach, expect, test, vi } from "vitest";
import { problemOf } from "../api/client";
import { Studio } from "./session.svelte";

const SESSION = {
  person: { id: "per_1", name: "Lina" },
  csrf: "csrf_1",
  merchants: [],
  creator: "cre_1",
  operator: false,
};
let asked: { method: string; url: string; headers: Record<string, string>; body: unknown }[];
let answers: (Response | Error)[];

beforeEach(() => {
  asked = [];
  answers = [];
  vi.stubGlobal("fetch", (url: string, init: RequestInit) => {
    asked.push({
      method: init.method!,
      url,
      headers: init.headers as Record<string, string>,
      body: init.body ? JSON.parse(init.body as string) : undefined,
    });
    const answer = answers.shift()!;
    return answer instanceof Error ? Promise.reject(answer) : Promise.resolve(answer);
  });
});
afterEach(() => vi.unstubAllGlobals());

const json = (body: unknown, status = 200) => new Response(JSON.stringify(body), { status });
const refused = (code: string, status: number) => json({ code }, status);

async function signedIn(): Promise<Studio> {
  const studio = new Studio("/api/v1");
  answers = [json(SESSION)];
  await studio.resume();
  return studio;
}

test("a session that is there is taken up", async () => {
  const studio = await signedIn();

  expect([studio.known, studio.session?.person.name]).toEqual([true, "Lina"]);
});

test("nobody is signed in without a word about it", async () => {
  const studio = new Studio("/api/v1");
  answers = [refused("not_authenticated", 401)];
  await studio.resume();

  expect([studio.known, studio.session, studio.problem]).toEqual([true, null, null]);
});

test("a shop that cannot say who this is says so", async () => {
  const studio = new Studio("/api/v1");
  answers = [refused("internal_error", 500)];
  await studio.resume();

  expect([studio.known, studio.problem?.code]).toEqual([true, "internal_error"]);
});

test("signing in sends the admission and keeps the session", async () => {
  const studio = new Studio("/api/v1");
  answers = [json(SESSION)];
  await studio.signIn("lina@example.com", "secret", "ADULT..1.mac");

  expect(asked[0]).toMatchObject({
    method: "POST",
    url: "/api/v1/session",
    body: { email: "lina@example.com", password: "secret", admission: "ADULT..1.mac" },
  });
  expect(studio.session?.csrf).toBe("csrf_1");
});

test("a refused sign-in is said, and the next attempt begins without it", async () => {
  const studio = new Studio("/api/v1");
  answers = [refused("sign_in_failed", 401), json(SESSION)];
  await studio.signIn("lina@example.com", "wrong", null);
  expect([studio.session, studio.problem?.code]).toEqual([null, "sign_in_failed"]);

  await studio.signIn("lina@example.com", "right", null);
  expect([studio.session?.person.id, studio.problem]).toEqual(["per_1", null]);
});

test("requests carry the session's proof", async () => {
  const studio = await signedIn();
  answers = [json({})];
  await studio.request("/shows", { method: "POST", body: {} });

  expect(asked.at(-1)!.headers["X-CSRF-Token"]).toBe("csrf_1");
});

test("a session that has ended leads back to signing in", async () => {
  const studio = await signedIn();
  answers = [refused("not_authenticated", 401)];

  const error: unknown = await studio.request("/shows").catch((each: unknown) => each);
  expect([problemOf(error).code, studio.session]).toEqual(["not_authenticated", null]);
  expect(studio.hasEnded).toBe(true);

  answers = [json(SESSION)];
  await studio.signIn("lina@example.com", "right", null);
  expect(studio.hasEnded).toBe(false);
});

test("who never was signed in is not told that they were", async () => {
  const studio = new Studio("/api/v1");
  answers = [refused("not_authenticated", 401)];

  await studio.request("/shows").catch(() => undefined);

  expect(studio.hasEnded).toBe(false);
});

test("signing out of a session that had ended is no surprise", async () => {
  const studio = await signedIn();
  answers = [refused("not_authenticated", 401)];

  await studio.signOut();

  expect([studio.session, studio.problem, studio.hasEnded]).toEqual([null, null, false]);
});

test("another refusal keeps the session", async () => {
  const studio = await signedIn();
  answers = [refused("forbidden", 403)];
  await studio.request("/shows").catch(() => undefined);

  expect(studio.session).not.toBeNull();
});

test("signing out ends the session here and on the server", async () => {
  const studio = await signedIn();
  answers = [new Response(null, { status: 204 })];
  await studio.signOut();

  expect(asked.at(-1)).toMatchObject({ method: "DELETE", url: "/api/v1/session" });
  expect([studio.session, studio.problem]).toEqual([null, null]);
});

test("a sign-out that did not reach the server says so, because a reload would be signed in", async () => {
  const studio = await signedIn();
  answers = [new TypeError("offline")];
  await studio.signOut();

  expect(studio.session).not.toBeNull();
  expect(studio.problem?.code).toBe("unreachable");
});

test("signing out of a session that has ended is done", async () => {
  const studio = await signedIn();
  answers = [refused("not_authenticated", 401)];
  await studio.signOut();

  expect([studio.session, studio.problem]).toEqual([null, null]);
});

test("a list is read to its last page", async () => {
  const studio = await signedIn();
  answers = [
    json({ items: [1, 2], next_cursor: "two" }),
    json({ items: [3], next_cursor: "three" }),
    json({ items: [], next_cursor: null }),
  ];

  expect(await studio.all<number>("/products?currency=GBP")).toEqual([1, 2, 3]);
  expect(asked.slice(1).map(({ url }) => url)).toEqual([
    "/api/v1/products?currency=GBP&limit=100",
    "/api/v1/products?currency=GBP&limit=100&cursor=two",
    "/api/v1/products?currency=GBP&limit=100&cursor=three",
  ]);
});

test("a list without a question of its own begins one", async () => {
  const studio = await signedIn();
  answers = [json({ items: [], next_cursor: null })];
  await studio.all("/shows/mine");

  expect(asked.at(-1)!.url).toBe("/api/v1/shows/mine?limit=100");
});
