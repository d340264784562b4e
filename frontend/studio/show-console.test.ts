import { afterEach, beforeEach, expect, test, vi } from "vitest";
import { Refused, type Call } from "../api/client";
import type { ChatEvent, Cue, StudioView } from "../contract";
import ProblemNotice from "../elements/problem-notice.svelte";
import type { RoomListener } from "../room/connection";
import { arabic, english, markup, textOf } from "../testing/rendered";
import type { Studio } from "./session.svelte";
import { ShowConsole } from "./show-console.svelte";

let room: Required<RoomListener>;
vi.mock("../room/connection", () => ({
  listen: (_: string, listener: Required<RoomListener>) => {
    room = listener;
    return () => undefined;
  },
}));

interface Asked {
  method: string;
  path: string;
  body: unknown;
}
let asked: Asked[];
let refuse: Record<string, string>;
let view: StudioView;
let cues: Cue[];
let number: number;
let consoles: ShowConsole[];

const product = (id: string) => ({ id, variants: [], pictures: [] });
const posted = () => asked.filter(({ method }) => method !== "GET").map(({ path }) => path);

/** The server's part: answers a pin with a cue that begins later than the one before. */
function answer(path: string, { method = "GET", body }: Call): unknown {
  if (path.endsWith("/studio")) return view;
  if (path.endsWith("/sales")) return { totals: [], orders: 1, units: 2, recent: [] };
  if (path.endsWith("/timeline")) return { cues };
  if (path.endsWith("/cues") && method === "POST") {
    const { product_id } = body as { product_id: string };
    return cue(`cue_${++number}`, product_id);
  }
  if (path.endsWith("/stream-key")) return { stream_key: "sk_new" };
  const ended = /^\/cues\/(.+)\/end$/.exec(path);
  if (ended) return { ...open.get(ended[1]!)!, end: "2026-11-25T10:59:00Z" };
  return {};
}

const open = new Map<string, Cue>();
function cue(id: string, product_id: string): Cue {
  const start = new Date(Date.UTC(2026, 10, 25, 10, 0, number)).toISOString();
  const made = { id, kind: "pin", start, end: null, payload: { product_id } } as unknown as Cue;
  open.set(id, made);
  return made;
}

const studio = {
  request: async (path: string, options: Call = {}) => {
    asked.push({ method: options.method ?? "GET", path, body: options.body });
    const code = Object.entries(refuse).find(([part]) => path.endsWith(part))?.[1];
    if (code) throw new Refused({ code, status: 409 });
    return answer(path, options);
  },
} as unknown as Studio;

async function started(state = "live", ingest = "publishing"): Promise<ShowConsole> {
  view = {
    show: {
      id: "show_1",
      state,
      products: ["a", "b", "c"].map(product),
      playback: { events_url: "/rooms/show_1/events" },
    },
    ingest: { state: ingest, health: null, refusals: [] },
  } as unknown as StudioView;
  const control = new ShowConsole(studio, "show_1");
  consoles.push(control);
  control.start();
  await vi.waitFor(() => expect(control.show).not.toBeNull());
  if (state !== "rehearsal") await vi.waitFor(() => expect(control.sales).not.toBeNull());
  return control;
}

beforeEach(() => {
  asked = [];
  refuse = {};
  cues = [];
  number = 0;
  consoles = [];
  open.clear();
  vi.stubGlobal("localStorage", { getItem: () => null, setItem() {}, removeItem() {} });
});
afterEach(() => {
  consoles.forEach((control) => control.stop());
  vi.useRealTimers();
  vi.unstubAllGlobals();
});

test("the console knows its show, its sales and what is pinned already", async () => {
  cues = [cue("cue_old", "b")];
  const control = await started();

  await vi.waitFor(() => expect(control.open.map(({ id }) => id)).toEqual(["cue_old"]));
  expect(control.products.map(({ id }) => id)).toEqual(["a", "b", "c"]);
  expect(control.sales?.units).toBe(2);
  expect([control.onAir, control.receiving, control.mayPin]).toEqual([true, true, true]);
});

test("pin next follows the shelf and replaces what is pinned", async () => {
  const control = await started();
  await control.pinNext();
  await control.pinNext();

  const pins = asked.filter(({ path }) => path.endsWith("/cues"));
  expect(pins.map(({ body }) => body)).toEqual([
    { kind: "pin", product_id: "a", replace: true },
    { kind: "pin", product_id: "b", replace: true },
  ]);
  expect(control.lastPinned).toBe("b");
});

test("a digit pins, and the same digit unpins", async () => {
  const control = await started();
  await control.toggle(2);
  expect([...control.pinnedIds.keys()]).toEqual(["c"]);

  await control.toggle(2);
  expect([...control.pinnedIds.keys()]).toEqual([]);
  expect(posted()).toEqual(["/shows/show_1/cues", "/cues/cue_1/end"]);
});

test("keys that come faster than answers are carried out one after the other", async () => {
  const control = await started();
  await Promise.all([control.pinNext(), control.pinNext(), control.pinNext()]);

  const pinned = asked
    .filter(({ path }) => path.endsWith("/cues"))
    .map(({ body }) => (body as { product_id: string }).product_id);
  expect(pinned).toEqual(["a", "b", "c"]);
});

test("undo takes the last pin back, once", async () => {
  const control = await started();
  await control.toggle(0);
  expect(control.mayUndo).toBe(true);

  await control.undo();
  expect([control.mayUndo, control.open]).toEqual([false, []]);
  await control.undo();
  expect(posted()).toEqual(["/shows/show_1/cues", "/cues/cue_1/end"]);
});

test("undo of an unpin pins the product again", async () => {
  const control = await started();
  await control.toggle(1);
  await control.unpin();
  await control.undo();

  expect([...control.pinnedIds.keys()]).toEqual(["b"]);
});

test("undo is offered for ten seconds", async () => {
  const control = await started();
  vi.useFakeTimers();
  await control.toggle(0);

  vi.advanceTimersByTime(9_900);
  expect(control.mayUndo).toBe(true);
  vi.advanceTimersByTime(200);
  expect(control.mayUndo).toBe(false);
});

test("a refused pin is said, changes nothing and offers no undo", async () => {
  refuse = { "/cues": "too_many_pins" };
  const control = await started();
  await control.toggle(0);

  expect(control.problem?.code).toBe("too_many_pins");
  expect([control.open, control.mayUndo, control.busy]).toEqual([[], false, false]);
});

test.each([
  ["scheduled", "publishing"],
  ["live", "lost"],
])("nothing is pinned while the show is %s and its signal %s", async (state, ingest) => {
  const control = await started(state, ingest);
  await control.pinNext();

  expect(control.mayPin).toBe(false);
  expect(posted()).toEqual([]);
});

test("one action at a time", async () => {
  const control = await started();
  const results = await Promise.all([control.addProduct("x"), control.addProduct("y")]);

  expect(results).toEqual([true, false]);
  expect(posted()).toEqual(["/shows/show_1/products"]);
});

test("the shelf is sent whole in its new order", async () => {
  const control = await started();
  await control.arrange(["c", "a", "b"]);

  expect(asked.find(({ method }) => method === "PUT")).toEqual({
    method: "PUT",
    path: "/shows/show_1/products",
    body: { product_ids: ["c", "a", "b"] },
  });
});

test("a product gets another number", async () => {
  const control = await started();
  await control.number("a", " ١٢٠ ");

  expect(asked.find(({ method }) => method === "PUT")).toEqual({
    method: "PUT",
    path: "/shows/show_1/products/a/number",
    body: { item_number: 120 },
  });
});

test("numbers that are typed while another action is under way are sent after it", async () => {
  const control = await started();
  const results = await Promise.all([
    control.addProduct("x"),
    control.number("a", "120"),
    control.number("b", "121"),
  ]);

  expect(results).toEqual([true, true, true]);
  expect(posted()).toEqual([
    "/shows/show_1/products",
    "/shows/show_1/products/a/number",
    "/shows/show_1/products/b/number",
  ]);
  expect(control.busy).toBe(false);
});

test("a number that is refused does not keep the next one from being sent", async () => {
  const control = await started();
  refuse = { "/a/number": "item_number_taken" };
  const first = control.number("a", "2");
  const second = control.number("b", "5");

  expect(await first).toBe(false);
  expect(await second).toBe(true);
});

test.each(["0", "abc", "", "-3", "1.5", "12345"])(
  "%j is no number, and that is said",
  async (typed) => {
    const control = await started();

    expect(await control.number("a", typed)).toBe(false);

    expect(posted()).toEqual([]);
    for (const words of [english, arabic])
      expect(textOf(markup(ProblemNotice, { problem: control.problem! }, { words }))).toContain(
        words.t("error.item_number_invalid"),
      );
    expect(english.t("error.item_number_invalid")).toContain("1 to 9999");
  },
);

test("a new key is in the console's memory alone", async () => {
  const control = await started("scheduled");
  await control.makeKey();

  expect(control.streamKey).toBe("sk_new");
});

test("the end is sent when its ten seconds are over, and not before", async () => {
  const control = await started();
  vi.useFakeTimers();
  control.ending.begin();

  await vi.advanceTimersByTimeAsync(9_500);
  expect(posted()).toEqual([]);
  await vi.advanceTimersByTimeAsync(1_000);
  expect(posted()).toEqual(["/shows/show_1/end"]);
});

test("an end is sent also while another action is under way", async () => {
  const control = await started();
  vi.useFakeTimers();
  let release: (answer: unknown) => void = () => undefined;
  const slow = new Promise((resolve) => (release = resolve));
  void control.act(() => slow);
  control.ending.begin();

  await vi.advanceTimersByTimeAsync(10_500);
  expect(posted()).toEqual(["/shows/show_1/end"]);
  release({});
  await vi.advanceTimersByTimeAsync(0);

  expect([control.busy, control.problem]).toEqual([false, null]);
});

test("an end that is refused is said", async () => {
  const control = await started();
  vi.useFakeTimers();
  refuse = { "/end": "unreachable" };
  control.ending.begin();

  await vi.advanceTimersByTimeAsync(10_500);

  expect(control.problem?.code).toBe("unreachable");
});

test("a closing tab sends the end without waiting for a pin", async () => {
  const control = await started();
  control.ending.begin();
  void control.pinNext();
  control.ending.leave();

  expect(posted()).toContain("/shows/show_1/end");
});

test("silence is said beside the last view, and ends with the next answer", async () => {
  const control = await started();
  vi.useFakeTimers();
  refuse = { "/studio": "unreachable" };
  control.stop();
  control.start();
  await vi.advanceTimersByTimeAsync(10);
  expect([control.silence?.code, control.show?.id]).toEqual(["unreachable", "show_1"]);
});

test("a question that failed after a later one was answered says nothing", async () => {
  const control = await started();
  let fail = () => {};
  const request = vi.spyOn(studio, "request").mockImplementationOnce(
    () =>
      new Promise((_, reject) => {
        fail = () => reject(new Refused({ code: "unreachable", status: 0 }));
      }),
  );
  const early = control.refresh();
  await control.refresh();

  fail();
  await early;
  request.mockRestore();

  expect([control.silence, control.show?.id]).toEqual([null, "show_1"]);
});

test("what must be said is stored before going live, and is a cue on the air", async () => {
  const before = await started("scheduled");
  await before.disclose("paid_partnership", true);
  expect(asked.filter(({ method }) => method !== "GET")).toEqual([
    { method: "PATCH", path: "/shows/show_1", body: { disclosures: ["paid_partnership"] } },
  ]);
  before.stop();

  const onAir = await started("live");
  asked = [];
  await onAir.disclose("paid_partnership", true);

  expect(asked.find(({ method }) => method === "POST")).toEqual({
    method: "POST",
    path: "/shows/show_1/cues",
    body: { kind: "disclosure", disclosure: "paid_partnership" },
  });
  onAir.stop();
});

test("a rehearsal takes cues, is asked for no sales, and ends by being deleted", async () => {
  vi.useFakeTimers();
  const control = await started("rehearsal");
  await vi.advanceTimersByTimeAsync(4000);
  await control.pinNext();

  expect(control.onAir).toBe(false);
  expect(posted()).toEqual(["/shows/show_1/cues"]);
  expect(asked.filter(({ path }) => path.endsWith("/sales"))).toEqual([]);

  expect(await control.endRehearsal()).toBe(true);
  await vi.advanceTimersByTimeAsync(4000);
  expect(asked.at(-1)).toMatchObject({ method: "DELETE", path: "/shows/show_1/rehearsal" });
});

test("a rehearsal that cannot be ended goes on and says why", async () => {
  const control = await started("rehearsal");
  refuse = { "/rehearsal": "rehearsal_not_found" };

  expect(await control.endRehearsal()).toBe(false);
  expect(control.problem?.code).toBe("rehearsal_not_found");
});

test("the chat is there again after a look at another tab", async () => {
  const control = await started();
  const said = (id: string) => ({ id }) as ChatEvent;
  let heard: (ChatEvent | null)[] = [];
  const look = () => {
    heard = [];
    return control.follow({ hear: (event) => heard.push(event), settingsHeard: () => undefined });
  };
  room.said(said("msg_1"));
  const leave = look();
  room.said(said("msg_2"));
  leave();
  room.said(said("msg_3"));

  look();
  expect(heard).toEqual(["msg_1", "msg_2", "msg_3"].map(said));

  room.connected(true);
  room.said(said("msg_4"));
  look();
  expect(heard).toEqual([said("msg_4")]);
});
