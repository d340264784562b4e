import { expect, test } from "vitest";
import { lost, ok, refusal, standInShop } from "../testing/shop";
import { Account } from "./session.svelte";
import { Sessions } from "./sessions.svelte";

const shop = standInShop();
const VIEWER = { id: "vwr_1", email: "sofia@example.com", csrf: "proof" };
const list = (...ids: string[]) => ok({ sessions: ids.map((id) => ({ id })) });

async function signedIn(): Promise<{ account: Account; sessions: Sessions }> {
  const account = new Account("");
  shop.answers = [ok(VIEWER)];
  await account.resume();
  shop.asked.length = 0;
  return { account, sessions: new Sessions(account) };
}
const steps = () => shop.asked.map(({ method, path }) => `${method} ${path}`);

test("where somebody is signed in is what the server says", async () => {
  const { sessions } = await signedIn();
  expect(sessions.items).toBeNull();
  shop.answers = [list("vses_1", "vses_2")];

  await sessions.load();

  expect(sessions.items?.map(({ id }) => id)).toEqual(["vses_1", "vses_2"]);
});

test("one is ended by its id with this session's proof, and the list read anew", async () => {
  const { sessions } = await signedIn();
  shop.answers = [ok(null, 204), list("vses_1")];

  await sessions.end({ id: "vses_2" } as Parameters<Sessions["end"]>[0]);

  expect(steps()).toEqual(["DELETE /viewer/sessions/vses_2", "GET /viewer/sessions"]);
  expect(shop.asked[0]!.csrf).toBe("proof");
  expect([sessions.items?.length, sessions.busy]).toEqual([1, false]);
});

test("all others are ended at once", async () => {
  const { sessions } = await signedIn();
  shop.answers = [ok(null, 204), list("vses_1")];

  await sessions.endOthers();

  expect(steps()).toEqual(["DELETE /viewer/sessions", "GET /viewer/sessions"]);
});

test("a refusal is said, and the list stays as it was", async () => {
  const { sessions } = await signedIn();
  shop.answers = [list("vses_1", "vses_2"), refusal("busy", 429)];
  await sessions.load();

  await sessions.endOthers();

  expect([sessions.problem?.code, sessions.items?.length]).toEqual(["busy", 2]);
});

test("two presses end one session once", async () => {
  const { sessions } = await signedIn();
  shop.answers = [ok(null, 204), list("vses_1")];

  await Promise.all([sessions.endOthers(), sessions.endOthers()]);

  expect(steps()).toHaveLength(2);
});

test("whose own session has ended is led back to the form", async () => {
  const { account, sessions } = await signedIn();
  shop.answers = [refusal("not_authenticated", 401)];

  await sessions.load();

  expect([account.viewer, account.step]).toEqual([null, "age"]);
});

test("a shop that cannot say who this is says so, and nobody is called signed out", async () => {
  const account = new Account("");
  shop.answers = [lost, lost, lost];

  await account.resume();

  expect([account.known, account.problem?.code]).toEqual([true, "unreachable"]);
});

test("a sign-out that did not reach the shop leaves the session", async () => {
  const { account } = await signedIn();
  shop.answers = [lost];

  await account.signOut();

  expect([account.viewer?.id, account.problem?.code]).toEqual(["vwr_1", "unreachable"]);
});
