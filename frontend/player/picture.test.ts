import { afterEach, beforeEach, expect, test, vi } from "vitest";
import { openUntilItWorks, ranges, watchFrames, watchStandstill } from "./picture";
import type { Source } from "./source";

/** As much of a video element as is watched, moved by hand. */
class FakeVideo extends EventTarget {
  paused = false;
  currentTime = 0;
  loaded: [number, number][] = [[0, 100]];
  get buffered() {
    return {
      length: this.loaded.length,
      start: (index: number) => this.loaded[index]![0],
      end: (index: number) => this.loaded[index]![1],
    };
  }
  plays(): void {
    this.dispatchEvent(new Event("playing"));
  }
}
/** Firefox before 132 has no callback for frames. */
class WithFrames extends FakeVideo {
  asked: ((now: number, frame: { mediaTime: number }) => void)[] = [];
  requestVideoFrameCallback(run: WithFrames["asked"][0]): number {
    return this.asked.push(run);
  }
  frame(mediaTime: number): void {
    for (const run of this.asked.splice(0)) run(0, { mediaTime });
  }
}
const asVideo = (video: FakeVideo) => video as unknown as HTMLVideoElement;
let leaving: AbortController;

beforeEach(() => {
  vi.useFakeTimers({ now: 0 });
  leaving = new AbortController();
});
afterEach(() => {
  leaving.abort();
  vi.useRealTimers();
});

test("what is loaded is told as pairs of seconds", () => {
  const video = new FakeVideo();
  video.loaded = [
    [0, 4],
    [6, 9],
  ];

  expect(ranges(asVideo(video))).toEqual(video.loaded);
});

test("frames are told by their own time, one after the other, until the player leaves", () => {
  const video = new WithFrames();
  const shown: number[] = [];
  watchFrames(asVideo(video), (time) => shown.push(time), leaving.signal);
  video.frame(1.001);
  video.frame(1.034);
  leaving.abort();
  video.frame(1.067);

  expect(shown).toEqual([1.001, 1.034]);
  expect(video.asked).toEqual([]);
});

test("without a callback for frames the video's own time is the next best", () => {
  const video = new FakeVideo();
  const shown: number[] = [];
  watchFrames(asVideo(video), (time) => shown.push(time), leaving.signal);
  video.currentTime = 3;
  video.dispatchEvent(new Event("timeupdate"));
  leaving.abort();
  video.dispatchEvent(new Event("timeupdate"));

  expect(shown).toEqual([3]);
});

function standing(video = new FakeVideo()) {
  const said: string[] = [];
  const still: number[] = [];
  watchStandstill(
    asVideo(video),
    (status) => said.push(status),
    leaving.signal,
    (seconds) => still.push(seconds),
  );
  return { video, said, still };
}
const moving = (video: FakeVideo, seconds: number) => {
  for (let step = 0; step < seconds * 4; step++) {
    video.currentTime += 0.25;
    vi.advanceTimersByTime(250);
  }
};

test("a picture that has not begun yet does not stand still", () => {
  const { said, still } = standing();
  vi.advanceTimersByTime(60_000);

  expect([said, still]).toEqual([[], []]);
});

test("a picture that stands still is said after two and a half seconds, and once", () => {
  const { video, said } = standing();
  video.plays();
  moving(video, 2);
  vi.advanceTimersByTime(2500);
  expect(said).toEqual([]);

  vi.advanceTimersByTime(5000);
  expect(said).toEqual(["stuck"]);

  moving(video, 1);
  expect(said).toEqual(["stuck", "playing"]);
});

test("a pause is no standstill, and its time does not count afterwards", () => {
  const { video, said } = standing();
  video.plays();
  moving(video, 1);
  video.paused = true;
  vi.advanceTimersByTime(60_000);
  video.paused = false;
  vi.advanceTimersByTime(2000);

  expect(said).toEqual([]);
});

test("a hole in what is loaded is jumped", () => {
  const { video, said } = standing();
  video.loaded = [
    [0, 2],
    [4, 9],
  ];
  video.plays();
  moving(video, 2);
  vi.advanceTimersByTime(10_000);

  expect(video.currentTime).toBeGreaterThanOrEqual(4);
  expect(video.currentTime).toBeLessThan(9);
  expect(said).not.toContain("unplayable");
});

test("nobody looks at the picture after the player has left", () => {
  const { video, said } = standing();
  video.plays();
  moving(video, 1);
  leaving.abort();
  vi.advanceTimersByTime(60_000);

  expect([said, vi.getTimerCount()]).toEqual([[], 0]);
});

const source = {} as Source;

test("a source that cannot be opened is opened again, each time after a longer pause", async () => {
  const tries: number[] = [];
  const opened: Source[] = [];
  const open = () => {
    tries.push(performance.now());
    if (tries.length < 7) throw new Error("away");
    return source;
  };
  void openUntilItWorks(open, (one) => opened.push(one), leaving.signal);
  await vi.advanceTimersByTimeAsync(120_000);

  const pauses = tries.slice(1).map((at, index) => Math.round((at - tries[index]!) / 1000));
  expect(pauses).toEqual([1, 2, 4, 8, 15, 15]);
  expect(opened).toEqual([source]);
});

test("after the player has left no source is opened any more", async () => {
  const opened: Source[] = [];
  let tries = 0;
  const open = () => {
    tries += 1;
    throw new Error("away");
  };
  void openUntilItWorks(open, (one) => opened.push(one), leaving.signal);
  await vi.advanceTimersByTimeAsync(500);
  leaving.abort();
  await vi.advanceTimersByTimeAsync(60_000);

  expect([tries, opened]).toEqual([1, []]);
});
