import { expect, test, vi } from "vitest";
import { Refused, type Call } from "../api/client";
import type { Agreement, Commissions } from "../contract";
import { CommissionDesk, isOpen, mayStop, rateOf } from "./commissions.svelte";

const merchant = { holder: "merchant" as const, id: "mer_1", name: { en: "Loamwick", ar: "لوم" } };
const creator = { holder: "creator" as const, id: "cre_1", name: { en: "Lina", ar: "لينا" } };
const proposal = { id: "agr_1", merchant, creator, rate: 800, state: "proposed" } as Agreement;
const answer = { agreements: [proposal], partners: [], month: [] } as unknown as Commissions;

test.each([
  ["8", 800],
  ["7,5", 750],
  ["8.25 %", 825],
  ["٨٪", 800],
  ["0", 0],
  ["90", 9000],
  ["90.01", null],
  ["8.255", null],
  ["", null],
  ["-1", null],
])("%j is a rate of %j", (typed, rate) => {
  expect(rateOf(typed)).toBe(rate);
});

test("what is over is not shown", () => {
  const states = ["proposed", "to_come", "in_force", "past", "ended"] as const;

  expect(states.map((state) => isOpen({ ...proposal, state }))).toEqual([
    ...[true, true, true],
    ...[false, false],
  ]);
});

test("a seller ends a rate once, and a creator at any time", () => {
  const rate = { ...proposal, state: "in_force", way: "link", product_id: null } as Agreement;
  const end = { ...rate, id: "agr_2", rate: 0, state: "to_come" } as Agreement;

  expect(mayStop(rate, [rate], true)).toBe(true);
  expect(mayStop(rate, [end, rate], true)).toBe(false);
  expect(mayStop(rate, [end, rate], false)).toBe(true);
  expect(mayStop(rate, [{ ...end, way: "show" }, rate], true)).toBe(true);
  expect(mayStop(end, [end, rate], false)).toBe(false);
});

test("a proposal and its answer are sent, and what comes back is shown", async () => {
  const request = vi.fn((_path: string, _call?: Call) => Promise.resolve(answer));
  const desk = new CommissionDesk({ request } as never);

  expect(await desk.propose({ merchant, creator }, 800, "link")).toBe(true);
  expect(await desk.answer(proposal, "agree")).toBe(true);
  expect(await desk.addCode("VERA10")).toBe(true);
  expect(await desk.endCode("VERA10")).toBe(true);

  expect(request.mock.calls).toEqual([
    [
      "/commissions",
      {
        method: "POST",
        body: { merchant_id: "mer_1", creator_id: "cre_1", rate: 800, way: "link" },
      },
    ],
    ["/commissions/agr_1/agree", { method: "POST" }],
    ["/codes", { method: "POST", body: { code: "VERA10" } }],
    ["/codes/VERA10", { method: "DELETE" }],
  ]);
  expect(desk.found).toEqual(answer);
});

test("a refusal leaves what was shown, with a sentence about it", async () => {
  const refused = new Refused({ code: "agreement_over", status: 409 });
  const request = vi.fn().mockResolvedValueOnce(answer).mockRejectedValueOnce(refused);
  const desk = new CommissionDesk({ request } as never);

  await desk.load();
  expect(await desk.answer(proposal, "decline")).toBe(false);

  expect(desk.problem?.code).toBe("agreement_over");
  expect(desk.found).toEqual(answer);
});
