import { expect, test } from "vitest";
import type { TeamQuestion } from "../contract";
import { Refused } from "../api/client";
import { ShowQuestions } from "./show-questions.svelte";

const question = (id: string, state: TeamQuestion["state"] = "open"): TeamQuestion => ({
  id,
  product_id: null,
  text: "Is it cotton?",
  askers: 2,
  state,
  media_at: "2026-11-27T10:00:00.000Z",
  answered_at: null,
  name: "Sofia",
  also: [],
});

/** Answers in turn; an error refuses. */
function studio(...answers: unknown[]) {
  const asked: string[] = [];
  const request = (path: string, options: { method?: string } = {}) => {
    asked.push(`${options.method ?? "GET"} ${path}`);
    const answer = answers.shift();
    return answer instanceof Error ? Promise.reject(answer) : Promise.resolve(answer);
  };
  return { asked, questions: new ShowQuestions({ request } as never, "show_1") };
}

const refused = (code: string) => new Refused({ code, status: 404 });

test("what waits stands apart from what is done", async () => {
  const { questions } = studio({ items: [question("a"), question("b", "answered")] });
  await questions.load();

  expect(questions.waiting.map(({ id }) => id)).toEqual(["a"]);
  expect(questions.done.map(({ id }) => id)).toEqual(["b"]);
});

test("what is held waits with the others, and how many wait is what the server says", async () => {
  const { questions } = studio({ items: [question("a", "held"), question("b")], waiting: 140 });
  await questions.load();

  expect(questions.waiting.map(({ id }) => id)).toEqual(["a", "b"]);
  expect(questions.count).toBe(140);
});

test("what somebody else decided first is shown as it is now", async () => {
  const late = new Refused({ code: "question_decided", status: 409 });
  const { asked, questions } = studio(late, { items: [question("a", "dismissed")], waiting: 0 });

  expect(await questions.decide(question("a"), "answer")).toBe(false);

  expect(asked).toEqual(["POST /questions/a/answer", "GET /shows/show_1/asked"]);
  expect(questions.problem?.code).toBe("question_decided");
  expect(questions.done.map(({ id }) => id)).toEqual(["a"]);
});

test("a second press on the same button does nothing", async () => {
  const { asked, questions } = studio(question("a", "answered"), { items: [] });
  const decided = [
    questions.decide(question("a"), "answer"),
    questions.decide(question("a"), "answer"),
  ];

  expect(await Promise.all(decided)).toEqual([true, false]);
  expect(asked).toEqual(["POST /questions/a/answer", "GET /shows/show_1/asked"]);
  expect(questions.decided).toBe("answer");
});

test("a refusal is said, and stays until the next decision", async () => {
  const { questions } = studio(refused("question_not_found"), { items: [] }, question("b"), {
    items: [],
  });
  expect(await questions.decide(question("a"), "dismiss")).toBe(false);
  await questions.load();
  expect(questions.problem?.code).toBe("question_not_found");

  await questions.decide(question("b"), "dismiss");
  expect(questions.problem).toBeNull();
});

test("a list that could not be read is over with the next one", async () => {
  const { questions } = studio(refused("busy"), { items: [] });
  await questions.load();
  expect(questions.problem?.code).toBe("busy");

  await questions.load();
  expect(questions.problem).toBeNull();
});
