import { expect, test } from "vitest";
import { Refused, type Call, type Problem } from "../api/client";
import { showCoupons, showDrops, type DropPlan } from "./show-offers.svelte";

const LOST: Problem = { code: "unreachable", status: 0 };
const FULL: Problem = { code: "too_many_planned", status: 409 };
const PLANNED = { id: "x_1", state: "planned" };

/** Answers each request as it is told to, once each; afterwards with what there is. */
function server(name: "drops" | "coupons", ...answers: (Problem | Promise<unknown>)[]) {
  const asked: string[] = [];
  const found = { items: [PLANNED] as object[] };
  const request = async <T>(path: string, options: Call = {}): Promise<T> => {
    asked.push(`${options.method ?? "GET"} ${path}`);
    const items = found.items;
    const answer = answers.shift();
    if (answer instanceof Promise) await answer;
    else if (answer) throw new Refused(answer);
    return { [name]: items } as T;
  };
  return { asked, found, request };
}

const each = [
  ["drops", showDrops, "announced"],
  ["coupons", showCoupons, "open"],
] as const;

test.each(each)(
  "%s: the problem of a look is over with the next that succeeds",
  async (name, make) => {
    const offers = make(server(name, LOST), "show_1");

    await offers.load();
    const before = offers.problem?.code;
    await offers.load();

    expect([before, offers.problem, offers.items?.length]).toEqual(["unreachable", null, 1]);
  },
);

test.each(each)("%s: the problem of a step stays while looks go on", async (name, make) => {
  const offers = make(server(name, FULL), "show_1");

  expect(await offers.plan({} as never)).toBe(false);
  await offers.load();

  expect([offers.problem?.code, offers.done]).toEqual(["too_many_planned", null]);
});

test.each(each)(
  "%s: what was refused is forgotten when it is tried otherwise",
  async (name, make) => {
    const offers = make(server(name, FULL), "show_1");

    await offers.plan({} as never);
    const before = offers.problem?.code;
    offers.forget();

    expect([before, offers.problem]).toEqual(["too_many_planned", null]);
  },
);

test.each(each)("%s: an older answer never replaces a newer one", async (name, make) => {
  let answer = () => {};
  const late = new Promise<void>((resolve) => (answer = resolve));
  const api = server(name, late);
  const offers = make(api, "show_1");

  const first = offers.load();
  api.found.items = [];
  await offers.load();
  answer();
  await first;

  expect(offers.items).toEqual([]);
});

test.each(each)("%s: one that runs is known by its state", async (name, make, state) => {
  const api = server(name);
  const offers = make(api, "show_1");

  await offers.load();
  const before = offers.running;
  api.found.items = [PLANNED, { id: "x_2", state }];
  await offers.load();

  expect([before, offers.running?.id]).toEqual([null, "x_2"]);
});

test("each kind has its own ways and words", async () => {
  const [drops, coupons] = [server("drops"), server("coupons")];
  const [dropped, offered] = [showDrops(drops, "show_1"), showCoupons(coupons, "show_1")];

  await dropped.act(PLANNED as never, "cancel");
  await offered.act(PLANNED as never, "close");
  const done = [dropped.done, offered.done];
  await dropped.plan({} as DropPlan);

  expect(done).toEqual(["was_closed", "was_stopped"]);
  expect(dropped.done).toBe("was_planned");
  expect(drops.asked).toEqual([
    "POST /drops/x_1/cancel",
    "GET /shows/show_1/drops",
    "POST /shows/show_1/drops",
    "GET /shows/show_1/drops",
  ]);
  expect(coupons.asked[0]).toBe("POST /coupons/x_1/close");
});
