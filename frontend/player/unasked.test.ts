import { expect, test } from "vitest";
import { mustMute, mustResume, resumed, untouched } from "./unasked";

test("an unmuting on a page that nobody touched is undone", () => {
  expect(mustMute(untouched, false, false, 100)).toBe(true);
});

test("on a touched page an unmuting right after a written rate is the browser's own", () => {
  const asked = { ...untouched, rateWrittenAt: 99 };

  expect(mustMute(asked, false, true, 100)).toBe(true);
  expect(mustMute(asked, false, true, 102)).toBe(false);
});

test("who asked for sound keeps it", () => {
  expect(mustMute({ ...untouched, muted: false, rateWrittenAt: 100 }, false, true, 100)).toBe(
    false,
  );
});

test("a pause that nobody pressed is undone, but one that was pressed stays", () => {
  expect(mustResume(untouched, 10)).toBe(true);
  expect(mustResume({ ...untouched, paused: true }, 10)).toBe(false);
});

test("with sound on a pause may be a headset's, and stays", () => {
  expect(mustResume({ ...untouched, muted: false }, 10)).toBe(false);
});

test("a browser that insists has its way after three attempts, and another try half a minute on", () => {
  const insisted = [1, 2, 3].reduce(resumed, untouched);

  expect(mustResume(insisted, 4)).toBe(false);
  expect(mustResume(insisted, 31.5)).toBe(true);
});

test("a pause right after a written rate is undone however many there were", () => {
  const insisted = { ...[1, 2, 3].reduce(resumed, untouched), rateWrittenAt: 4 };

  expect(mustResume(insisted, 4.5)).toBe(true);
  expect(mustResume(insisted, 6.5)).toBe(false);
});
