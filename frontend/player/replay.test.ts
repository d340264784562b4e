import { afterEach, beforeEach, expect, test, vi } from "vitest";
import type { Status } from "./playback";
import { replay, type Replay } from "./replay";
import type { Source, SourceListener } from "./source";
import type { Stretch } from "./stretches";

const START = Date.UTC(2026, 10, 26, 19);
/** Ten seconds of show, forty without a picture, six more. */
const STRETCHES: Stretch[] = [
  { at: 0, moment: START, seconds: 10 },
  { at: 10, moment: START + 50_000, seconds: 6 },
];

/** As much of a video element as the player touches, moved by hand. */
class FakeVideo extends EventTarget {
  muted = false;
  paused = true;
  ended = false;
  currentTime = 0;
  playbackRate = 1;
  defaultPlaybackRate = 1;
  preservesPitch = false;
  videoWidth = 0;
  videoHeight = 0;
  refuse = false;
  #onFrame: ((now: number, frame: { mediaTime: number }) => void) | null = null;
  buffered = { length: 1, start: () => 0, end: () => 16 };
  requestVideoFrameCallback(run: (now: number, frame: { mediaTime: number }) => void): number {
    this.#onFrame = run;
    return 1;
  }
  frame(mediaTime: number): void {
    this.#onFrame?.(0, { mediaTime });
  }
  say(name: string): void {
    this.dispatchEvent(new Event(name));
  }
  async play(): Promise<void> {
    if (this.refuse) throw new DOMException("no gesture", "NotAllowedError");
    this.paused = false;
    this.say("playing");
  }
  pause(): void {
    this.paused = true;
    this.say("pause");
  }
}

let video: FakeVideo;
let statuses: Status[];
let positions: number[];
let frames: number[];
let known: Stretch[];
let stretches: Stretch[];
let closed: boolean;
let heard: SourceListener;
let opens: (() => Source) | null;

beforeEach(() => {
  vi.useFakeTimers({ now: 0 });
  video = new FakeVideo();
  statuses = [];
  positions = [];
  frames = [];
  known = [];
  stretches = [];
  closed = false;
  const source: Source = {
    behind: () => null,
    playingDate: () => null,
    liveEdge: () => null,
    stretches: () => stretches,
    close: () => (closed = true),
  };
  opens = () => source;
});
afterEach(() => void vi.useRealTimers());

function open(from = 0): Replay {
  return replay(
    video as unknown as HTMLVideoElement,
    "/replays/show_a/index.m3u8",
    {
      status: (status) => statuses.push(status),
      position: (seconds) => positions.push(seconds),
      stretches: (found) => (known = found),
      frame: (moment) => frames.push(moment),
      cues: () => undefined,
    },
    from,
    (_video, _url, listener) => {
      heard = listener;
      return opens!();
    },
  );
}

/** The playlist has come. */
async function load(): Promise<void> {
  await vi.advanceTimersByTimeAsync(0);
  stretches = STRETCHES;
  heard.recorded!();
}

test("it waits for the person, then says that it plays", async () => {
  const player = open();
  await load();
  expect(statuses).toEqual([]);

  player.play();

  expect(statuses).toEqual(["starting", "playing"]);
});

test("a start that the browser refuses waits for another tap", async () => {
  video.refuse = true;
  const player = open();
  await load();

  player.play();
  await vi.advanceTimersByTimeAsync(0);

  expect(statuses.at(-1)).toBe("paused");
});

test("an address at a moment is sought once the recording is known", async () => {
  open(12.5);
  await vi.advanceTimersByTimeAsync(0);
  expect(video.currentTime).toBe(0);

  await load();

  expect(video.currentTime).toBe(12.5);
  expect(known).toEqual(STRETCHES);
});

test("seeking stays within the recording and is said at once", async () => {
  const player = open();
  await load();

  player.seek(99);
  player.seek(-3);

  expect(positions).toEqual([16, 0]);
});

test("a moment of the show clock is found behind what is missing", async () => {
  const player = open();
  await load();

  player.seekToMoment(START + 52_000);
  expect(video.currentTime).toBe(12);
  player.seekToMoment(START + 30_000);
  expect(video.currentTime).toBe(10);
});

test("each frame is said by its moment on the show clock", async () => {
  open();
  await load();

  video.frame(9.5);
  video.frame(10.04);

  expect(frames).toEqual([START + 9500, START + 50_040]);
});

test("before the clocks are known no frame has a moment", async () => {
  open();
  video.frame(1);

  expect(frames).toEqual([]);
});

test("a picture that stands still is said, and its going on, too", async () => {
  const player = open();
  await load();
  player.play();
  video.currentTime = 4;

  await vi.advanceTimersByTimeAsync(4000);
  video.currentTime = 5;
  await vi.advanceTimersByTimeAsync(500);

  expect(statuses.slice(-2)).toEqual(["stuck", "playing"]);
});

test("a pause is a pause and no stall", async () => {
  const player = open();
  await load();
  player.play();
  player.pause();

  await vi.advanceTimersByTimeAsync(10_000);

  expect(statuses.at(-1)).toBe("paused");
  expect(heard.wantsToPlay()).toBe(false);
});

test("speed keeps the pitch, and stays when the media is loaded anew", async () => {
  const player = open();
  player.rate(1.5);

  // The load algorithm of HTML sets the rate to the default one.
  video.playbackRate = video.defaultPlaybackRate;

  expect([video.playbackRate, video.preservesPitch]).toEqual([1.5, true]);
});

test("a recording of sound alone has a moment, too, though no frame comes", async () => {
  open();
  await load();
  video.currentTime = 10.5;
  video.say("timeupdate");
  expect(frames).toEqual([]);

  heard.soundOnly(true);
  video.say("timeupdate");

  expect(frames).toEqual([START + 50_500]);
});

test("a script that cannot be loaded is asked for again", async () => {
  const works = opens!;
  opens = () => {
    throw new Error("offline");
  };
  open();
  await vi.advanceTimersByTimeAsync(0);
  opens = works;

  await vi.advanceTimersByTimeAsync(1000);
  stretches = STRETCHES;
  heard.recorded!();

  expect(known).toEqual(STRETCHES);
});

test("closing ends everything", async () => {
  const player = open();
  await load();
  player.close();
  video.say("playing");

  expect(closed).toBe(true);
  expect(statuses).toEqual([]);
});
