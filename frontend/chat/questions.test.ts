import { beforeEach, expect, test, vi } from "vitest";
import type { Question } from "../contract";
import { arabic, english } from "../testing/rendered";
import { htmlOf, product, said, show, storeOf } from "../testing/show";
import { lost, ok, refusal, standInShop, storage } from "../testing/shop";
import { Asking } from "./asking.svelte";
import Asks from "./asks.svelte";
import { Questions, type Speaker } from "./questions.svelte";
import type { Stage } from "./stage";
import { Talk } from "./talk.svelte";

const shop = standInShop();
beforeEach(() => void storage());

const question = (id: string, more: Partial<Question> = {}): Question => ({
  id,
  product_id: "mug",
  text: "Is it cotton?",
  askers: 1,
  state: "open",
  media_at: "2026-11-27T10:00:00.000Z",
  answered_at: null,
  ...more,
});
const FIRST = { name: " Maha ", admission: "ADULT.GB.1.mac", country: "GB" };

function speaker(more: Partial<Stage> = {}): Speaker & { voice: Speaker["voice"] } {
  return {
    store: {
      page: { api: "", show: { id: "show_1" } },
      questions: 1,
      moment: null,
      ...more,
    } as Stage,
    voice: null,
    speakAs(voice) {
      this.voice = voice;
    },
    proof: () => ({}),
  };
}

test("the list is asked for at once, and again only when the room has another number", async () => {
  const who = speaker();
  const questions = new Questions(who, 1000);
  shop.answers.push(ok({ items: [question("a")] }), ok({ items: [] }));
  questions.look();
  await vi.advanceTimersByTimeAsync(0);
  questions.look();
  await vi.advanceTimersByTimeAsync(5000);
  expect(shop.asked.map(({ path }) => path)).toEqual(["/shows/show_1/questions"]);
  expect(questions.items).toHaveLength(1);

  (who.store as { questions: number }).questions = 2;
  questions.look();
  await vi.advanceTimersByTimeAsync(1000);

  expect(shop.asked).toHaveLength(2);
  expect(questions.items).toEqual([]);
});

test("who looks away asks for nothing", async () => {
  const questions = new Questions(speaker());
  questions.look()();
  await vi.advanceTimersByTimeAsync(5000);

  expect(shop.asked).toEqual([]);
});

test("a list that did not come is asked for again", async () => {
  const questions = new Questions(speaker());
  shop.answers.push(lost, lost, lost, ok({ items: [question("a")] }));
  questions.look();
  await vi.advanceTimersByTimeAsync(4000);
  expect(questions.items).toEqual([]);

  questions.look();
  await vi.advanceTimersByTimeAsync(5000);

  expect(questions.items).toHaveLength(1);
});

test("a guest says a name before the first question, and is known from then on", async () => {
  const who = speaker({ moment: Date.parse("2026-11-27T10:00:00Z") });
  const asking = new Asking(new Questions(who), "mug");
  asking.draft = " Is it cotton? ";
  asking.ask();
  expect(asking.introducing).toBe(true);
  expect(shop.asked).toEqual([]);

  shop.answers.push(ok({ ...question("a"), token: "ct_1" }, 201));
  expect(await asking.send(FIRST)).toBe(true);

  expect(shop.asked[0]).toMatchObject({
    path: "/shows/show_1/questions",
    body: {
      text: "Is it cotton?",
      product_id: "mug",
      media_at: "2026-11-27T10:00:00.000Z",
      ...FIRST,
    },
    token: null,
  });
  expect(who.voice).toEqual({ token: "ct_1", name: "Maha" });
  expect([asking.draft, asking.outcome?.words]).toEqual(["", "questions.sent"]);
  expect(asking.questions.isOwn(question("a"))).toBe(true);
});

test("who is known joins at once, and hears how many ask with them", async () => {
  const who = speaker();
  who.voice = { token: "ct_1", name: "Maha" };
  const asking = new Asking(new Questions(who), null);
  shop.answers.push(ok({ ...question("a", { askers: 3 }), token: null }, 201));
  asking.join(question("a"));
  await vi.advanceTimersByTimeAsync(0);

  expect(shop.asked[0]).toMatchObject({ path: "/questions/a/askers", token: "Bearer ct_1" });
  expect(asking.outcome).toEqual({ id: "a", words: "questions.joined", others: 2 });

  asking.questions.listed = [question("a", { state: "answered" })];
  expect(asking.outcome).toBeNull();
});

test("a refused question stays in its field", async () => {
  const who = speaker();
  who.voice = { token: "ct_1", name: "Maha" };
  const asking = new Asking(new Questions(who), null);
  asking.draft = "Is it cotton?";
  shop.answers.push(refusal("chat_paused"));
  asking.ask();
  await vi.advanceTimersByTimeAsync(0);

  expect([asking.draft, asking.problem?.code]).toEqual(["Is it cotton?", "chat_paused"]);
  expect([asking.introducing, asking.outcome]).toEqual([false, null]);
});

test("a token that nobody knows any more asks for the name again", async () => {
  const who = speaker();
  who.voice = { token: "ct_old", name: "Maha" };
  const asking = new Asking(new Questions(who), null);
  asking.draft = "Is it cotton?";
  shop.answers.push(
    refusal("chat_token_invalid", 401),
    ok({ ...question("a"), token: "ct_2" }, 201),
  );
  asking.ask();
  await vi.advanceTimersByTimeAsync(0);
  expect(asking.introducing).toBe(true);

  expect(await asking.send(FIRST)).toBe(true);
  expect(who.voice?.token).toBe("ct_2");
});

function sheet(words: typeof english, more: Partial<Question>, state: "live" | "ended" = "live") {
  const mug = product("mug");
  const store = storeOf(
    show({ state, went_live_at: "2026-11-27T10:00:00.000Z", products: [mug] }),
    {},
    words,
  );
  const talk = new Talk(store);
  talk.questions.listed = [
    question("a", more),
    question("b", { product_id: "bowl", text: "Red?" }),
  ];
  const given = { talk, product: mug };
  return { html: htmlOf(Asks, store, given), text: said(Asks, store, given) };
}

test.each([english, arabic])("a sheet says what is asked about its product, $lang", (words) => {
  const { text, html } = sheet(words, { askers: 3 });

  expect(text).toContain(words.t("questions.askers", { count: 3 }));
  expect(text).not.toContain("Red?");
  expect(html).toContain(words.t("questions.me_too_about", { text: "Is it cotton?" }));
  expect(text).toContain(words.t("questions.ask"));
});

test("what was answered says when, and is no more to be joined", () => {
  const { text } = sheet(english, {
    state: "answered",
    answered_at: "2026-11-27T10:02:05.000Z",
  });

  expect(text).toContain("Answer at 2:05");
  expect(text).not.toContain("Me too");
});

test("after the show nothing is asked", () => {
  const { text, html } = sheet(english, {}, "ended");

  expect(text).not.toContain("Me too");
  expect(html).not.toContain("<input");
});

test("what its team looks at first stays on its asker's page, however often the list comes", async () => {
  const who = speaker();
  who.voice = { token: "T", name: "Maha" };
  const questions = new Questions(who, 0);
  const asking = new Asking(questions, null);
  asking.draft = "Is it cotton?";
  shop.answers.push(ok({ ...question("a", { state: "held" }), token: null }), ok({ items: [] }));

  asking.ask();
  await vi.advanceTimersByTimeAsync(0);
  questions.look();
  await vi.advanceTimersByTimeAsync(0);

  expect(questions.items.map(({ state }) => state)).toEqual(["held"]);
  expect(asking.outcome?.words).toBe("questions.held");
  (who.store as { questions: number }).questions = 2;
  shop.answers.push(ok({ items: [question("a")] }));
  questions.look();
  await vi.advanceTimersByTimeAsync(0);
  expect(questions.items.map(({ state }) => state)).toEqual(["open"]);
});
