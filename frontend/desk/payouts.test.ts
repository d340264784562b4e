import { expect, test, vi } from "vitest";
import { Refused, type Call } from "../api/client";
import type { PayoutBatch, PayoutBatches, PayoutHold } from "../contract";
import { PayoutDesk, stateKey, stepsOf } from "./payouts.svelte";

const batch = { id: "pob_1", state: "computed", payouts: [] } as unknown as PayoutBatch;
const answer: PayoutBatches = { batches: [batch], holds: [] };

test("each step is one call, and what comes back is shown", async () => {
  const request = vi.fn((_path: string, _call?: Call) => Promise.resolve(answer));
  const desk = new PayoutDesk({ request } as never);

  await desk.compute("GBP");
  await desk.decide(batch, "approve");
  await desk.end("po_1", "settle", "");
  await desk.end("po_1", "return", "Account closed");
  await desk.release({ id: "pho_1" } as PayoutHold);

  expect(request.mock.calls).toEqual([
    ["/payouts/batches", { method: "POST", body: { currency: "GBP" } }],
    ["/payouts/batches/pob_1/approve", { method: "POST" }],
    ["/payouts/po_1/settle", { method: "POST" }],
    ["/payouts/po_1/return", { method: "POST", body: { reason: "Account closed" } }],
    ["/payouts/holds/pho_1/release", { method: "POST" }],
  ]);
  expect(desk.found).toEqual(answer);
});

test("who computed is refused, and what was shown stays", async () => {
  const refused = new Refused({ code: "needs_another_person", status: 409 });
  const request = vi.fn().mockResolvedValueOnce(answer).mockRejectedValueOnce(refused);
  const desk = new PayoutDesk({ request } as never);

  await desk.load();
  expect(await desk.decide(batch, "approve")).toBe(false);

  expect(desk.problem?.code).toBe("needs_another_person");
  expect(desk.found).toEqual(answer);
});

test.each([
  ["approved", []],
  ["sent", ["settle", "fail"]],
  ["settled", ["return"]],
  ["failed", []],
] as const)("of one that is %s the bank may say %j", (state, steps) => {
  expect(stepsOf({ state } as PayoutBatch["payouts"][number])).toEqual(steps);
});

test.each([
  ["approved", "money.payout.approved"],
  ["sent", "money.payout_operator.sent"],
  ["settled", "money.payout_operator.settled"],
] as const)("of one that is %s the operator reads %s", (state, key) => {
  expect(stateKey({ state } as PayoutBatch["payouts"][number])).toBe(key);
});
