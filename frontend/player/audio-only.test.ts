import { expect, test } from "vitest";
import { audioOnlyUrl, isTooMuch, withStall } from "./audio-only";

test("the sound lies beside the picture, in a preview too", () => {
  expect(audioOnlyUrl("https://m.example/live/show_a/index.m3u8?preview=t")).toBe(
    "https://m.example/live/show_a/audio.m3u8?preview=t",
  );
});

test("four stalls within a minute are too many", () => {
  const often = [0, 10, 20, 30].reduce<number[]>(withStall, []);
  const seldom = [0, 25, 50, 75, 100].reduce<number[]>(withStall, []);

  expect(isTooMuch(often)).toBe(true);
  expect(isTooMuch(often.slice(1))).toBe(false);
  expect(isTooMuch(seldom)).toBe(false);
});
