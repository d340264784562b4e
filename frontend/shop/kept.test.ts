import { afterEach, beforeEach, expect, test, vi } from "vitest";
import type { Hold } from "../contract";
import { emptyForm, type Form } from "./form";
import { readForm, readKept, slotOf, writeForm, writeKept } from "./kept";

const typed: Form = {
  ...emptyForm("GB"),
  email: "anna@example.com",
  admission: "ADULT.GB.1.mac",
  name: "Anna",
  number: "4242 4242 4242 4242",
};
const hold = (expires_at: string) => ({ id: "hold_1", expires_at, lines: [] }) as unknown as Hold;
const inMinutes = (minutes: number) => new Date(Date.now() + minutes * 60_000).toISOString();

function storage(): Storage & { all: Map<string, string> } {
  const all = new Map<string, string>();
  return {
    all,
    getItem: (key: string) => all.get(key) ?? null,
    setItem: (key: string, value: string) => void all.set(key, value),
    removeItem: (key: string) => void all.delete(key),
  } as unknown as Storage & { all: Map<string, string> };
}

let local: ReturnType<typeof storage>;
let session: ReturnType<typeof storage>;
beforeEach(() => {
  vi.stubGlobal("localStorage", (local = storage()));
  vi.stubGlobal("sessionStorage", (session = storage()));
});
afterEach(() => vi.unstubAllGlobals());

test("what somebody typed who was not let in is never stored", () => {
  writeForm("show_1", { ...typed, admission: "" });

  expect(session.all.size).toBe(0);
  expect(readForm("show_1")).toBeNull();
});

test("what was stored goes when the admission is over", () => {
  writeForm("show_1", typed);
  expect(readForm("show_1")?.email).toBe("anna@example.com");

  writeForm("show_1", { ...typed, admission: "" });
  expect(session.all.size).toBe(0);
});

test("the card is never stored", () => {
  writeForm("show_1", typed);

  expect([...session.all.values()].join()).not.toContain("4242");
  expect(readForm("show_1")).toEqual({ ...typed, number: "" });
});

test("a creator's code is typed for one purchase", () => {
  writeForm("show_1", { ...typed, code: "VERA10" });

  expect(readForm("show_1")).toEqual({ ...typed, number: "" });
});

test("what is held is kept for all tabs, without the buyer", () => {
  const kept = { hold: hold(inMinutes(5)), checkout: null, paid: false };
  writeKept("show_1", kept);

  expect(readKept("show_1")).toEqual(kept);
  expect(readKept("show_2")).toBeNull();
  expect(session.all.size).toBe(0);
});

test("a hold that ended long ago is forgotten", () => {
  writeKept("show_1", { hold: hold(inMinutes(-14)), checkout: null, paid: true });
  expect(readKept("show_1")).not.toBeNull();

  writeKept("show_1", { hold: hold(inMinutes(-16)), checkout: null, paid: true });
  expect(readKept("show_1")).toBeNull();
  expect(local.all.has(slotOf("show_1"))).toBe(false);
});

test("a browser whose storage is blocked forgets, and nothing breaks", () => {
  const blocked = () => {
    throw new DOMException("denied", "SecurityError");
  };
  vi.stubGlobal("localStorage", { getItem: blocked, setItem: blocked, removeItem: blocked });
  vi.stubGlobal("sessionStorage", { getItem: blocked, setItem: blocked, removeItem: blocked });

  writeForm("show_1", typed);
  writeKept("show_1", { hold: hold(inMinutes(5)), checkout: null, paid: false });
  expect([readForm("show_1"), readKept("show_1")]).toEqual([null, null]);
});

test("what is no JSON is nothing", () => {
  local.all.set(slotOf("show_1"), "{broken");

  expect(readKept("show_1")).toBeNull();
});
