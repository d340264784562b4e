import { expect, test } from "vitest";
import type { Cue } from "../contract";
import {
  announcementAt,
  cueFromAttribute,
  disclosuresAt,
  learn,
  learnAll,
  openAnnouncements,
  openPins,
  pinsAt,
} from "./cues";

const T = Date.parse("2026-11-23T10:00:00.000Z");
const stamp = (seconds: number) => new Date(T + seconds * 1000).toISOString();
const pin = (id: string, start: number, end: number | null = null): Cue => ({
  id,
  kind: "pin",
  start: stamp(start),
  end: end === null ? null : stamp(end),
  payload: { product_id: `prod_${id}`, name: null, price: null },
});
const at = (cues: Cue[], seconds: number) =>
  pinsAt(learnAll(new Map(), cues), T + seconds * 1000).map(({ id }) => id);

test("a pin is on screen from its start up to, not including, its end", () => {
  const cues = [pin("a", 1, 3)];

  expect(at(cues, 0.999)).toEqual([]);
  expect(at(cues, 1)).toEqual(["a"]);
  expect(at(cues, 2.999)).toEqual(["a"]);
  expect(at(cues, 3)).toEqual([]);
});

test("the newest of three open pins comes first", () => {
  expect(at([pin("a", 1), pin("b", 3), pin("c", 2)], 5)).toEqual(["b", "c", "a"]);
});

test("other kinds of cue are no pins", () => {
  const chapter = { ...pin("a", 1), kind: "chapter" } as unknown as Cue;

  expect(at([chapter], 5)).toEqual([]);
});

test("an older copy from the stream does not reopen what the room closed", () => {
  const closed = learn(new Map(), pin("a", 1, 3));

  expect(learn(closed, pin("a", 1))).toBe(closed);
  expect(openPins(learn(closed, pin("a", 1)))).toEqual([]);
});

test("both transports in any order come to the same", () => {
  const copies = [pin("a", 1), pin("a", 1, 3), pin("b", 2)];

  expect(at(copies, 4)).toEqual(at(copies.toReversed(), 4));
});

test("the attribute is base64 of UTF-8 JSON; anything else is no cue", () => {
  const cue = { ...pin("a", 1), payload: { product_id: "prod_كوب", name: null, price: null } };
  const encoded = btoa(String.fromCharCode(...new TextEncoder().encode(JSON.stringify(cue))));

  expect(cueFromAttribute(encoded)).toEqual(cue);
  expect(cueFromAttribute("not base64!")).toBeNull();
  expect(cueFromAttribute(undefined)).toBeNull();
});

const label = (
  disclosure: "paid_partnership" | "dubbed_voice",
  start: number,
  end: number | null = null,
): Cue => ({
  ...pin(`${disclosure}${start}`, start, end),
  kind: "disclosure",
  payload: { disclosure },
});

test("of frames at random none is without the labels that hold for it", () => {
  const cues = [
    label("paid_partnership", -60, 20),
    label("paid_partnership", 15, 40),
    label("dubbed_voice", 30),
    pin("a", 0),
  ];
  const table = learnAll(new Map(), cues);
  const holds = (from: number, to: number, at: number) => from <= at && at < to;

  for (let frame = 0; frame < 500; frame++) {
    const at = Math.random() * 120 - 70;
    const wanted = [
      ...(holds(30, Infinity, at) ? ["dubbed_voice"] : []),
      ...(holds(-60, 20, at) || holds(15, 40, at) ? ["paid_partnership"] : []),
    ];
    expect(disclosuresAt(table, T + at * 1000)).toEqual(wanted);
  }
});

test("before the first frame the labels that are open stand on the poster", () => {
  const table = learnAll(new Map(), [label("paid_partnership", 1, 3), label("dubbed_voice", 2)]);

  expect(disclosuresAt(table, null)).toEqual(["dubbed_voice"]);
});

const said = (id: string, start: number, until: number | null, end: number | null = null): Cue => ({
  id,
  kind: "announcement",
  start: stamp(start),
  end: end === null ? null : stamp(end),
  payload: { text: { en: id, ar: id }, until: until === null ? null : stamp(until) },
});
const saidAt = (cues: Cue[], seconds: number) =>
  announcementAt(learnAll(new Map(), cues), T + seconds * 1000)?.id ?? null;

test("an announcement is over with its time, with its end, or with a newer one", () => {
  const cues = [said("long", 1, 9), said("short", 3, 5), said("ended", 6, null, 7)];

  expect([0.9, 1, 3, 5, 6, 7, 8.9, 9].map((second) => saidAt(cues, second))).toEqual([
    ...[null, "long", "short", "long", "ended", "long", "long", null],
  ]);
});

test("open announcements are those that nobody ended and whose time is not over", () => {
  const cues = [
    said("next", 60, 90),
    said("on", 1, null),
    said("over", 1, 5),
    said("ended", 1, null, 4),
  ];
  const open = openAnnouncements(learnAll(new Map(), cues), T + 10_000);

  expect(open.map(({ id }) => id)).toEqual(["on", "next"]);
});
