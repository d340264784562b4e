import { expect, test } from "vitest";
import { Refused } from "../api/client";
import type { Call } from "../api/client";
import type { ReplayDecision } from "../contract";
import { ReplayDecisions } from "./replay-decisions.svelte";

const PART = { start: "2026-11-23T10:00:04.000Z", end: "2026-11-23T10:00:09.000Z" };
const OTHER = { start: "2026-11-23T10:01:00.000Z", end: "2026-11-23T10:01:30.000Z" };
const decision = (given: Partial<ReplayDecision> = {}) =>
  ({
    state: "ready",
    public: true,
    trim_start: null,
    trim_end: null,
    hidden: [],
    ...given,
  }) as ReplayDecision;

/** Decisions of a show; `answers` are the server's, in order. */
async function decisions(...answers: unknown[]) {
  const asked: [string, unknown][] = [];
  const told: string[] = [];
  const made = new ReplayDecisions(
    {
      request: async <T>(path: string, { method = "GET", body }: Call = {}): Promise<T> => {
        asked.push([`${method} ${path}`, body]);
        const answer = answers.shift();
        if (answer instanceof Error) throw answer;
        return answer as T;
      },
    },
    "show_1",
    () => told.push("changed"),
  );
  await made.load();
  asked.length = 0;
  return { made, asked, told };
}

test("a part is hidden beside those that are hidden already, and the player opens anew", async () => {
  const { made, asked, told } = await decisions(
    decision({ hidden: [OTHER] }),
    decision({ hidden: [PART, OTHER] }),
  );

  expect(await made.hide(PART)).toBe(true);

  expect(asked).toEqual([["PATCH /shows/show_1/replay", { hidden: [OTHER, PART] }]]);
  expect([made.cuts, made.done, told]).toEqual([1, "cut.hidden", ["changed"]]);
});

test("how long it is kept is sent alone, and the player stays", async () => {
  const { made, asked } = await decisions(decision(), decision({ keep_days: 30 }), decision());

  await made.keep(30);
  expect([made.now?.keep_days, made.cuts, made.done]).toEqual([30, 0, "cut.keep_saved"]);
  await made.keep(null);

  expect(asked).toEqual([
    ["PATCH /shows/show_1/replay", { keep_days: 30 }],
    ["PATCH /shows/show_1/replay", { keep_days: null }],
  ]);
});

test("a part is shown again alone", async () => {
  const { made, asked } = await decisions(decision({ hidden: [PART, OTHER] }), decision());

  await made.showAgain(PART);

  expect(asked).toEqual([["PATCH /shows/show_1/replay", { hidden: [OTHER] }]]);
});

test("withholding and deleting cut nothing out of the player's hands twice", async () => {
  const { made, asked } = await decisions(
    decision(),
    decision({ public: false, state: "withheld" }),
    undefined,
    decision({ state: "deleted" }),
  );

  await made.publish(false);
  await made.remove();

  expect(asked.map(([what]) => what)).toEqual([
    "PATCH /shows/show_1/replay",
    "DELETE /shows/show_1/replay",
    "GET /shows/show_1/replay",
  ]);
  expect([made.now?.state, made.cuts]).toEqual(["deleted", 0]);
});

test("a refusal is said and changes nothing", async () => {
  const refusal = new Refused({ code: "replay_cut_invalid", status: 422 } as never);
  const { made, told } = await decisions(decision(), refusal);

  expect(await made.keepOnly(PART)).toBe(false);

  expect(made.problem?.code).toBe("replay_cut_invalid");
  expect([made.now?.trim_start, made.cuts, made.busy, told]).toEqual([null, 0, false, []]);
});
