import { expect, test } from "vitest";
import type { Replay, ReplayListener } from "../player/replay";
import { moved, Recording, SHORTEST } from "./recording.svelte";

const T0 = Date.parse("2026-11-23T10:00:00Z");

/** A recording of 20 s with a hole of 40 s after the first ten, and what its player was asked. */
function opened() {
  const asked: string[] = [];
  let listener!: ReplayListener;
  const recording = new Recording();
  recording.open({} as HTMLVideoElement, "/replays/x/index.m3u8", (_video, _url, given) => {
    listener = given;
    return {
      play: () => asked.push("play"),
      pause: () => asked.push("pause"),
      seek: (at: number) => asked.push(`seek ${at}`),
      close: () => asked.push("close"),
    } as unknown as Replay;
  });
  listener.stretches([
    { at: 0, moment: T0, seconds: 10 },
    { at: 10, moment: T0 + 50_000, seconds: 10 },
  ]);
  return { recording, listener, asked };
}

test("the whole recording is selected at first, and its moments are those of the show clock", () => {
  const { recording } = opened();

  expect(recording.selection).toEqual({ from: 0, to: 20 });
  recording.move("from", 4);
  recording.move("to", 15);
  expect(recording.moments).toEqual({
    start: "2026-11-23T10:00:04.000Z",
    end: "2026-11-23T10:00:55.000Z",
  });
});

test.each([
  ["from", 25, { from: 10 - SHORTEST, to: 10 }],
  ["from", -3, { from: 0, to: 10 }],
  ["to", 1, { from: 5, to: 5 + SHORTEST }],
  ["to", 99, { from: 5, to: 20 }],
] as const)("the %s handle at %d stays in the video and leaves a part", (end, position, wanted) => {
  expect(moved({ from: 5, to: 10 }, end, position, 20)).toEqual(wanted);
});

test("the selection is played from its beginning and stops at its end", () => {
  const { recording, listener, asked } = opened();
  recording.select({ from: 2, to: 6 });
  asked.length = 0;

  recording.playSelection();
  listener.position(5.9);
  expect(asked).toEqual(["seek 2", "play"]);
  listener.position(6.1);
  listener.position(6.2);

  expect(asked).toEqual(["seek 2", "play", "pause"]);
});

test("a selection outlives a look at another place, and is shortened with the recording", () => {
  const { recording, listener } = opened();
  recording.select({ from: 2, to: 16 });
  recording.seek(12);
  expect(recording.selection).toEqual({ from: 2, to: 16 });

  listener.stretches([{ at: 0, moment: T0, seconds: 10 }]);

  expect(recording.selection).toEqual({ from: 2, to: 10 });
});
