import { expect, test, vi } from "vitest";
import { Refused, type Call } from "../api/client";
import type { AgeCase, Safety } from "../contract";
import { hoursLeft, inWords, SafetyDesk } from "./safety.svelte";

const CASE = { id: "case_1", about: "account", due_at: "2026-11-30T10:00:00Z" } as AgeCase;

function operator(refusal?: Refused) {
  const asked: unknown[] = [];
  const request = vi.fn((path: string, { method = "GET", body }: Call = {}) => {
    if (method === "GET") return Promise.resolve({ cases: [CASE] } as Safety);
    asked.push([path, body]);
    if (refusal) return Promise.reject(refusal);
    const answers = { contact: { email: "sofia@example.com" }, review: { said: ["I am eleven"] } };
    return Promise.resolve(answers[path.split("/").at(-1) as keyof typeof answers]);
  });
  return { desk: new SafetyDesk({ request } as never), asked };
}

test.each([
  ["2026-11-28T10:00:00Z", 48],
  ["2026-11-29T10:00:01Z", 23],
  ["2026-11-30T09:30:00Z", 0],
  ["2026-11-30T10:00:01Z", -1],
])("at %s whole hours are left until the deadline", (now, hours) => {
  expect(hoursLeft(CASE.due_at, now)).toBe(hours);
});

test.each([
  [7, "seconds", 7],
  [90, "minutes", 2],
  [7200, "hours", 2],
] as const)("%i seconds are said in the largest unit", (seconds, unit, count) => {
  expect(inWords(seconds)).toEqual({ unit, count });
});

test("who begins to decide is timed, and closes with a reason and a sentence", async () => {
  const { desk, asked } = operator();
  const closing = {
    decision: "adult",
    reason: "report_mistaken",
    words: "I know her.",
    proof: null,
  };

  await desk.begin(CASE);
  expect(desk.open).toEqual({ id: "case_1", what: "decide" });
  expect(desk.said).toEqual(["I am eleven"]);
  await desk.close(CASE, closing as never);

  expect(asked).toEqual([
    ["/safety/cases/case_1/review", {}],
    ["/safety/cases/case_1/decision", closing],
  ]);
  expect([desk.open, desk.done]).toEqual([null, "safety.closed"]);
});

test("a decision that is refused stays open", async () => {
  const problem = { code: "decision_incomplete", status: 422 };
  const { desk } = operator(new Refused(problem as never));
  desk.ask(CASE);

  expect(await desk.close(CASE, {} as never)).toBe(false);

  expect(desk.open).not.toBeNull();
  expect(desk.problem?.code).toBe("decision_incomplete");
  expect(desk.done).toBe("");
});

test("a contact is read for a reason, and stays in the page's memory alone", async () => {
  const { desk, asked } = operator();
  desk.ask(CASE);

  await desk.read(CASE, "ask_for_proof");

  expect(asked).toEqual([["/safety/cases/case_1/contact", { reason: "ask_for_proof" }]]);
  expect(desk.contact).toEqual({ id: "case_1", email: "sofia@example.com" });
});
