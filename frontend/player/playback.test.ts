import { afterEach, beforeEach, expect, test, vi } from "vitest";
import { play, type Status } from "./playback";
import type { Source, SourceListener } from "./source";

/** As much of a video element as the player touches, moved by hand. */
class FakeVideo extends EventTarget {
  muted = true;
  paused = false;
  ended = false;
  seeking = false;
  readyState = 4;
  currentTime = 10;
  videoWidth = 0;
  videoHeight = 0;
  loaded: [number, number][] = [[0, 12]];
  played = 0;
  refuse = false;
  #rate = 1;
  #onFrame: ((now: number, frame: { mediaTime: number }) => void) | null = null;

  get playbackRate(): number {
    return this.#rate;
  }
  set playbackRate(rate: number) {
    this.#rate = rate;
    this.onrate?.();
  }
  onrate: (() => void) | null = null;

  get buffered() {
    const loaded = this.loaded;
    return {
      length: loaded.length,
      start: (index: number) => loaded[index]![0],
      end: (index: number) => loaded[index]![1],
    };
  }
  requestVideoFrameCallback(run: (now: number, frame: { mediaTime: number }) => void): number {
    this.#onFrame = run;
    return 1;
  }
  frame(mediaTime: number): void {
    this.#onFrame?.(0, { mediaTime });
  }
  say(...names: string[]): void {
    for (const name of names) this.dispatchEvent(new Event(name));
  }
  async play(): Promise<void> {
    this.played += 1;
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
let behinds: (number | null)[];
let frames: number[];
let sounds: boolean[];
let sizes: [number, number][];
let source: Source & { behindNow: number | null; closed: boolean };
let heard: SourceListener | null;

beforeEach(() => {
  vi.useFakeTimers({ now: 0 });
  vi.stubGlobal("navigator", { userActivation: { hasBeenActive: false } });
  video = new FakeVideo();
  statuses = [];
  behinds = [];
  frames = [];
  sounds = [];
  sizes = [];
  heard = null;
  source = {
    behindNow: 0.7,
    closed: false,
    behind: () => source.behindNow,
    playingDate: () => 1_000_000 + video.currentTime * 1000,
    liveEdge: () => 20,
    stretches: () => [],
    close: () => (source.closed = true),
  };
});
afterEach(() => {
  vi.useRealTimers();
  vi.unstubAllGlobals();
});

function start(
  open: (listener: SourceListener) => Source | Promise<Source> = () => source,
  kind: "live" | "audio" = "live",
) {
  return play(
    video as unknown as HTMLVideoElement,
    "/live/index.m3u8",
    {
      status: (status) => statuses.push(status),
      behind: (seconds) => behinds.push(seconds),
      frame: (moment) => frames.push(moment),
      cues: () => undefined,
      muted: (muted) => sounds.push(muted),
      size: (...size) => sizes.push(size),
    },
    {
      kind,
      open: (_video, _url, listener) => {
        heard = listener;
        return open(listener);
      },
    },
  );
}
async function started(): Promise<ReturnType<typeof play>> {
  const playback = start();
  await vi.advanceTimersByTimeAsync(0);
  video.say("playing");
  return playback;
}

test("a wait before the first picture is a start, and afterwards a wait", async () => {
  start();
  video.say("waiting", "playing", "waiting");

  expect(statuses).toEqual(["starting", "playing", "waiting"]);
});

test("the distance to the edge is said while the picture runs, and not in a pause", async () => {
  const playback = await started();

  video.say("timeupdate");
  playback.pause();

  expect(behinds).toEqual([0.7, null]);
  expect(statuses.at(-1)).toBe("paused");
});

test("far behind the edge the picture jumps once, then runs a little faster", async () => {
  await started();
  source.behindNow = 1.6;
  video.loaded = [[0, 11.6]];
  video.say("timeupdate");
  await vi.advanceTimersByTimeAsync(1600);

  video.say("timeupdate");
  expect(video.currentTime).toBeCloseTo(10.9);

  source.behindNow = 1;
  video.say("timeupdate");
  expect(video.playbackRate).toBeGreaterThan(1);
});

test("a frame's moment is the show clock at its own media time, not at the current time", async () => {
  await started();
  video.currentTime = 10.04;

  video.frame(10);

  expect(frames).toEqual([1_010_000]);
});

test("an unmuting that nobody asked for is undone without a word", async () => {
  await started();
  source.behindNow = 1.2;
  // WebKit's GStreamer player: a written rate unmutes the video.
  video.onrate = () => {
    video.muted = false;
    video.say("volumechange");
  };
  // Too little is loaded for a jump, so that the rate has to close the distance.
  video.loaded = [[0, 10.4]];
  video.say("timeupdate");
  await vi.advanceTimersByTimeAsync(1600);

  video.say("timeupdate");

  expect(video.playbackRate).not.toBe(1);
  expect(video.muted).toBe(true);
  expect(sounds).toEqual([]);
});

test("sound that the browser's own controls turned on shows on our button", async () => {
  vi.stubGlobal("navigator", { userActivation: { hasBeenActive: true } });
  await started();

  video.muted = false;
  video.say("volumechange");

  expect(video.muted).toBe(false);
  expect(sounds).toEqual([false]);
});

test("a pause that nobody pressed is played on, muted", async () => {
  await started();

  video.pause();

  expect(video.paused).toBe(false);
  expect(video.muted).toBe(true);
  expect(statuses).not.toContain("paused");
});

test("a pause that was pressed stays until the person goes live again", async () => {
  const playback = await started();

  playback.pause();
  expect(video.paused).toBe(true);
  expect(heard!.wantsToPlay()).toBe(false);

  playback.goLive();
  expect(video.paused).toBe(false);
  expect(video.currentTime).toBeCloseTo(19.3);
});

test("a pause with sound on stays: it may be a headset's", async () => {
  const playback = await started();
  playback.mute(false);

  video.pause();

  expect(video.paused).toBe(true);
  expect(statuses.at(-1)).toBe("paused");
});

test("a browser that refuses to play on shows the pause", async () => {
  await started();
  video.refuse = true;

  video.pause();
  await vi.advanceTimersByTimeAsync(0);

  expect(statuses.at(-1)).toBe("paused");
});

test("a picture that stands still is said after two and a half seconds, and when it moves again", async () => {
  await started();

  await vi.advanceTimersByTimeAsync(2400);
  expect(statuses).toEqual(["playing"]);
  await vi.advanceTimersByTimeAsync(600);
  expect(statuses).toEqual(["playing", "stuck"]);
  video.currentTime = 10.5;
  await vi.advanceTimersByTimeAsync(300);
  expect(statuses).toEqual(["playing", "stuck", "playing"]);
});

test("a long pause is no standstill when the picture goes on", async () => {
  const playback = await started();
  await vi.advanceTimersByTimeAsync(1000);
  playback.pause();
  await vi.advanceTimersByTimeAsync(60_000);
  statuses.length = 0;

  playback.goLive();
  video.currentTime = 10;
  await vi.advanceTimersByTimeAsync(500);

  expect(statuses).toEqual(["playing"]);
});

test("a hole in what is loaded is jumped", async () => {
  await started();
  video.loaded = [
    [0, 10],
    [13, 16],
  ];

  await vi.advanceTimersByTimeAsync(1500);

  expect(video.currentTime).toBeGreaterThanOrEqual(13);
});

test("a player script out of reach is asked for again, later each time", async () => {
  let asked = 0;
  start(() => {
    asked += 1;
    if (asked < 3) throw new Error("offline");
    return source;
  });

  await vi.advanceTimersByTimeAsync(999);
  expect(asked).toBe(1);
  await vi.advanceTimersByTimeAsync(2001);
  expect(asked).toBe(3);
  await vi.advanceTimersByTimeAsync(60_000);
  expect(asked).toBe(3);
});

test("a source that opens after the player was closed is closed at once", async () => {
  let opened: (source: Source) => void = () => undefined;
  const playback = start(() => new Promise((resolve) => (opened = resolve)));
  await vi.advanceTimersByTimeAsync(0);

  playback.close();
  opened(source);
  await vi.advanceTimersByTimeAsync(0);

  expect(source.closed).toBe(true);
});

test("after closing no source is opened: it would take the video from the next one", async () => {
  let opened = 0;
  const playback = start(() => {
    opened += 1;
    return source;
  });

  playback.close();
  await vi.advanceTimersByTimeAsync(0);

  expect(opened).toBe(0);
});

test("after closing, the video's events say nothing more", async () => {
  const playback = await started();
  playback.close();
  statuses.length = 0;

  video.say("waiting", "playing", "pause", "ended");
  await vi.advanceTimersByTimeAsync(5000);

  expect(statuses).toEqual([]);
  expect(source.closed).toBe(true);
});

test("a stream without a decoder is said", async () => {
  start();
  await vi.advanceTimersByTimeAsync(0);

  heard!.unplayable();

  expect(statuses).toEqual(["unplayable"]);
});

test("the picture's size is said when it changes", () => {
  start();
  video.videoWidth = 1280;
  video.videoHeight = 720;

  video.say("resize");

  expect(sizes).toEqual([[1280, 720]]);
});

test("the sound alone is never hurried, and goes back to its own distance", async () => {
  source.behindNow = 9;
  source.liveEdge = () => 30;
  const playback = start(() => source, "audio");
  await vi.advanceTimersByTimeAsync(0);
  video.say("playing");

  for (let tick = 0; tick < 10; tick++) {
    await vi.advanceTimersByTimeAsync(1000);
    video.say("timeupdate");
  }
  expect([video.playbackRate, video.currentTime]).toEqual([1, 10]);

  playback.goLive();
  expect(video.currentTime).toBe(24);
});

test("without frames the sound says which moment it is", async () => {
  await started();
  heard!.soundOnly(true);

  video.say("timeupdate");

  expect(frames).toEqual([source.playingDate()]);
});
