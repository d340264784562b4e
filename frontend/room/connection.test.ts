import { afterEach, beforeEach, expect, test, vi } from "vitest";
import { listen } from "./connection";
import type { Room } from "./fold";

/** The browser's EventSource, moved by hand. */
class FakeEventSource {
  static readonly CLOSED = 2;
  static made: FakeEventSource[] = [];
  readyState = 1;
  onmessage: ((message: { data: string }) => void) | null = null;
  closed = false;
  onopen: (() => void) | null = null;
  onerror: (() => void) | null = null;
  #listeners = new Map<string, (message: { data: string }) => void>();

  constructor(readonly url: string) {
    FakeEventSource.made.push(this);
  }
  addEventListener(type: string, run: (message: { data: string }) => void): void {
    this.#listeners.set(type, run);
  }
  send(type: string, value: object): void {
    this.#listeners.get(type)!({ data: JSON.stringify({ ts: 1000, ...value }) });
  }
  /** A refusal: the browser gives up, where it would retry a broken connection. */
  refuse(): void {
    this.readyState = FakeEventSource.CLOSED;
    this.onerror!();
  }
  close(): void {
    this.closed = true;
  }
}

let rooms: Room[];
let connected: boolean[];
const listener = {
  changed: (room: Room) => rooms.push(room),
  connected: (open: boolean) => connected.push(open),
};
const now = () => FakeEventSource.made.at(-1)!;
const show = { state: "live" };

beforeEach(() => {
  vi.useFakeTimers();
  vi.stubGlobal("EventSource", FakeEventSource);
  vi.spyOn(Math, "random").mockReturnValue(0.5);
  FakeEventSource.made = [];
  rooms = [];
  connected = [];
});
afterEach(() => {
  vi.useRealTimers();
  vi.unstubAllGlobals();
  vi.restoreAllMocks();
});

test("a snapshot and what follows become one room", () => {
  listen("/rooms/a/events", listener);
  now().send("snapshot", { seq: 4, entries: { show } });
  now().send("set", { seq: 5, key: "product/p", value: { id: "p" } });
  now().send("state", { seq: 5, viewers: 12, stock: { MUG: 3 } });

  expect(rooms.at(-1)).toMatchObject({
    seq: 5,
    entries: { show, "product/p": { id: "p" } },
    viewers: 12,
    stock: { MUG: 3 },
  });
});

test("a broken connection is the browser's to mend", () => {
  listen("/rooms/a/events", listener);
  now().onopen!();
  now().readyState = 0;
  now().onerror!();
  vi.advanceTimersByTime(60_000);

  expect(connected).toEqual([true, false]);
  expect(FakeEventSource.made.length).toBe(1);
});

test("after a refusal it goes on from the last number, and waits longer each time", () => {
  listen("/rooms/a/events", listener);
  now().send("snapshot", { seq: 7, entries: {} });

  now().refuse();
  vi.advanceTimersByTime(1000);
  expect(now().url).toBe("/rooms/a/events?last_event_id=7");
  now().refuse();
  vi.advanceTimersByTime(1999);
  expect(FakeEventSource.made.length).toBe(2);
  vi.advanceTimersByTime(1);
  expect(FakeEventSource.made.length).toBe(3);

  now().onopen!();
  now().refuse();
  vi.advanceTimersByTime(1000);
  expect(FakeEventSource.made.length).toBe(4);
});

test.each([
  ["soonest", 0, 500],
  ["latest", 1, 1500],
])("viewers who were refused together come back spread: the %s", (_, chance, after) => {
  vi.spyOn(Math, "random").mockReturnValue(chance);
  listen("/rooms/a/events", listener);

  now().refuse();
  vi.advanceTimersByTime(after - 1);
  expect(FakeEventSource.made.length).toBe(1);
  vi.advanceTimersByTime(1);
  expect(FakeEventSource.made.length).toBe(2);
});

test("the last messages come again with each connection, up to its first state", () => {
  const heard: [string, boolean | undefined][] = [];
  listen("/rooms/a/events", {
    ...listener,
    said: (event, isAgain) => heard.push([event.id, isAgain]),
  });
  const say = (id: string) => now().onmessage!({ data: JSON.stringify({ id }) });
  for (const id of ["msg_1", "msg_2"]) {
    now().onopen!();
    now().send("snapshot", { seq: 1, entries: {} });
    say(id);
    now().send("set", { seq: 2, key: "show", value: show });
    say(id);
    now().send("state", { seq: 2, viewers: 1, stock: {} });
    say(id);
  }

  expect(heard).toEqual([
    ...[true, true, false].map((isAgain) => ["msg_1", isAgain]),
    ...[true, true, false].map((isAgain) => ["msg_2", isAgain]),
  ]);
});

test("an address with a query keeps it", () => {
  listen("/rooms/a/events?token=t", listener);
  now().send("snapshot", { seq: 2, entries: {} });
  now().refuse();
  vi.advanceTimersByTime(1000);

  expect(now().url).toBe("/rooms/a/events?token=t&last_event_id=2");
});

test("a room that refused before it spoke is asked from its beginning", () => {
  listen("/rooms/a/events", listener);
  now().refuse();
  vi.advanceTimersByTime(1000);

  expect(now().url).toBe("/rooms/a/events");
});

test("hanging up closes the connection and ends the tries", () => {
  const hangUp = listen("/rooms/a/events", listener);
  now().refuse();

  hangUp();
  vi.advanceTimersByTime(60_000);

  expect(now().closed).toBe(true);
  expect(FakeEventSource.made.length).toBe(1);
});
