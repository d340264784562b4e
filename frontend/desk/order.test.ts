import { expect, test } from "vitest";
import { Refused, type Call, type Problem } from "../api/client";
import { OrderDesk } from "./order.svelte";

/** A server that remembers what it was asked, and answers each step as it is told to, once each. */
function server(answers: Record<string, (object | Problem)[]> = {}) {
  const asked: { step: string; body: unknown; key: string | undefined }[] = [];
  const request = <T>(path: string, { method = "GET", body, key }: Call = {}): Promise<T> => {
    const step = `${method} ${path}`;
    asked.push({ step, body, key });
    const answer = answers[step]?.shift() ?? {};
    return "code" in answer
      ? Promise.reject(new Refused(answer as Problem))
      : Promise.resolve(answer as T);
  };
  return { asked, request };
}
const SHIP = "POST /orders/ord_1/shipments";
const parcel = { lines: [{ sku: "MUG", quantity: 1 }], carrier: "Post", tracking: null };

test("an order comes with its notes", async () => {
  const desk = new OrderDesk(
    server({
      "GET /orders/ord_1": [{ number: "LW-1" }],
      "GET /orders/ord_1/notes": [{ notes: [{ id: "note_1", text: "Wrap it", at: "" }] }],
    }),
    "ord_1",
  );

  await desk.load();

  expect(desk.order?.number).toBe("LW-1");
  expect(desk.notes.map(({ text }) => text)).toEqual(["Wrap it"]);
});

test("a parcel that is sent closes its panel and shows the order of afterwards", async () => {
  const desk = new OrderDesk(server({ [SHIP]: [{ to_send: 0 }] }), "ord_1");
  desk.show("send");

  expect(await desk.send(parcel)).toBe(true);

  expect([desk.panel, desk.done, desk.order?.to_send]).toEqual([null, "send", 0]);
});

test("what had no answer is asked again with the same key, anything else with its own", async () => {
  const lost = { code: "unreachable", status: 0 };
  const api = server({ [SHIP]: [lost, lost] });
  const desk = new OrderDesk(api, "ord_1");

  await desk.send(parcel);
  await desk.send({ ...parcel, carrier: "Other" });
  await desk.send({ ...parcel, carrier: "Other" });
  await desk.send({ ...parcel, carrier: "Other" });

  const keys = api.asked.map(({ key }) => key);
  expect(keys[1]).not.toBe(keys[0]);
  expect(keys[2]).toBe(keys[1]);
  expect(keys[3]).not.toBe(keys[2]);
});

test("what does not fit leaves the panel open over the order as it is now", async () => {
  const api = server({
    [SHIP]: [{ code: "shipment_invalid", status: 409 }],
    "GET /orders/ord_1": [{ to_send: 2 }],
  });
  const desk = new OrderDesk(api, "ord_1");
  desk.show("send");

  expect(await desk.send(parcel)).toBe(false);

  expect([desk.panel, desk.problem?.code]).toEqual(["send", "shipment_invalid"]);
  expect(desk.order?.to_send).toBe(2);
});

test("two presses at once ask once", async () => {
  const api = server();
  const desk = new OrderDesk(api, "ord_1");

  const both = await Promise.all([desk.refund({ lines: [] }), desk.refund({ lines: [] })]);

  expect(both).toEqual([true, false]);
  expect(api.asked).toHaveLength(1);
});

test("cancelling, an arrival and a note go to their own addresses", async () => {
  const api = server({ "POST /orders/ord_1/notes": [{ notes: [] }] });
  const desk = new OrderDesk(api, "ord_1");

  await desk.cancel();
  await desk.arrived("shp_1");
  await desk.note("Wrap it");

  expect(api.asked.map(({ step, body }) => [step, body])).toEqual([
    ["POST /orders/ord_1/cancel", {}],
    ["POST /orders/ord_1/shipments/shp_1/delivered", {}],
    ["POST /orders/ord_1/notes", { text: "Wrap it" }],
  ]);
});
