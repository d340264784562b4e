import { afterEach, beforeEach, describe, expect, test, vi } from "vitest";
import type { Cue } from "../contract";
import { openHls } from "./hls";
import type { SourceListener } from "./source";

/** hls.js as this player uses it: it loads an address, tells events, and is destroyed. */
const { made, FakeHls } = vi.hoisted(() => {
  type Listener = (name: string, data: never) => void;
  const made: InstanceType<typeof FakeHls>[] = [];
  class FakeHls {
    static Events = {
      LEVEL_UPDATED: "level",
      FRAG_BUFFERED: "buffered",
      MANIFEST_PARSED: "manifest",
      BUFFER_CODECS: "codecs",
      ERROR: "error",
    };
    static ErrorTypes = { MEDIA_ERROR: "media", NETWORK_ERROR: "network" };
    static ErrorDetails = {
      MANIFEST_INCOMPATIBLE_CODECS_ERROR: "manifestIncompatible",
      BUFFER_INCOMPATIBLE_CODECS_ERROR: "bufferIncompatible",
      BUFFER_ADD_CODEC_ERROR: "addCodec",
    };
    static getMediaSource = () => ({ isTypeSupported: (type: string) => type.includes("avc1.64") });
    listeners = new Map<string, Listener>();
    destroyed = false;
    recovered = 0;
    url = "";
    config: { startPosition?: number };
    latency = 0.8;
    playingDate: Date | null = null;
    latestLevelDetails: { edge: number; age: number } | null = null;
    constructor(config: { startPosition?: number } = {}) {
      this.config = config;
      made.push(this);
    }
    on(name: string, run: Listener) {
      this.listeners.set(name, run);
    }
    tell(name: string, data: unknown) {
      this.listeners.get(name)?.(name, data as never);
    }
    loadSource(url: string) {
      this.url = url;
    }
    attachMedia() {}
    recoverMediaError() {
      this.recovered += 1;
    }
    destroy() {
      this.destroyed = true;
    }
  }
  return { made, FakeHls };
});
vi.mock("hls.js/light", () => ({ default: FakeHls }));

let cues: Cue[][];
let alone: boolean[];
let gaveUp: number;
let wantsToPlay: boolean;
let played: number;
const video = {
  currentTime: 0,
  readyState: 1,
  play: async () => void (played += 1),
} as unknown as { -readonly [key in keyof HTMLVideoElement]: HTMLVideoElement[key] };
const listener: SourceListener = {
  cues: (heard) => cues.push(heard),
  soundOnly: (now) => alone.push(now),
  unplayable: () => (gaveUp += 1),
  wantsToPlay: () => wantsToPlay,
};
const now = () => made.at(-1)!;
const network = { type: "network", details: "levelLoadError", fatal: true };
const media = { type: "media", details: "bufferAppendError", fatal: true };

beforeEach(() => {
  vi.useFakeTimers({ now: 0 });
  vi.spyOn(Math, "random").mockReturnValue(0.5);
  made.length = 0;
  cues = [];
  alone = [];
  gaveUp = 0;
  wantsToPlay = true;
  played = 0;
  video.currentTime = 0;
});
afterEach(() => {
  vi.useRealTimers();
  vi.restoreAllMocks();
});

test("a lost server is tried again, later each time, and at once again after it answered", () => {
  openHls(video, "/live/a/index.m3u8", listener);

  now().tell("error", network);
  expect(now().destroyed).toBe(true);
  vi.advanceTimersByTime(1000);
  expect(made.length).toBe(2);
  expect(now().url).toBe("/live/a/index.m3u8");
  now().tell("error", network);
  vi.advanceTimersByTime(1999);
  expect(made.length).toBe(2);
  vi.advanceTimersByTime(1);
  expect(made.length).toBe(3);

  now().tell("level", { details: { dateRanges: {} } });
  now().tell("error", network);
  vi.advanceTimersByTime(1000);
  expect(made.length).toBe(4);
});

describe("media that was loaded and moves no picture", () => {
  /** A segment of two seconds that took as long to come, unless said otherwise. */
  const load = (end: number, took = 2000) => {
    vi.advanceTimersByTime(took);
    now().tell("buffered", { frag: { start: end - 2, end }, part: null });
  };
  const open = () => {
    video.readyState = 1;
    openHls(video, "/", listener);
  };

  test("is opened anew, later each time, until a picture can go on", () => {
    open();
    for (const end of [20, 22, 24, 26]) load(end);
    expect(now().destroyed).toBe(false);
    load(28);
    expect(now().destroyed).toBe(true);
    vi.advanceTimersByTime(1000);
    expect([made.length, played]).toEqual([2, 1]);

    for (let end = 2; end <= 12; end += 2) load(end);
    expect(now().destroyed).toBe(false);
    load(14);
    expect(now().destroyed).toBe(true);
    vi.advanceTimersByTime(2000);

    video.readyState = 3;
    load(2);
    video.readyState = 1;
    for (const end of [4, 6, 8]) load(end);
    expect(now().destroyed).toBe(false);
    load(10);
    expect(now().destroyed).toBe(true);
  });

  test("counts by the parts of segments", () => {
    open();
    const last = (start: number) => {
      vi.advanceTimersByTime(2000);
      now().tell("buffered", { frag: { start }, part: { fragOffset: 1.8, duration: 0.2 } });
    };
    for (const start of [4, 6, 8, 10]) last(start);
    expect(now().destroyed).toBe(false);
    last(12);
    expect(now().destroyed).toBe(true);
  });

  test("is none where it came at once, as a recording's does, or was passed over", () => {
    open();
    for (let end = 2; end < 40; end += 2) load(end, 100);
    expect(now().destroyed).toBe(false);

    openHls(video, "/", listener);
    load(2);
    load(60);
    load(120);
    expect(now().destroyed).toBe(false);
  });

  test("is none while the picture moves, could go on, or was paused by the person", () => {
    open();
    for (let second = 0; second < 20; second++) {
      video.currentTime = second;
      load(second + 1);
    }
    video.readyState = 3;
    for (let end = 40; end < 60; end += 2) load(end);
    video.readyState = 1;
    wantsToPlay = false;
    for (let end = 60; end < 80; end += 2) load(end);

    expect(made).toHaveLength(1);
    expect(now().destroyed).toBe(false);
  });
});

test("after a repair the picture runs, unless the person paused it", () => {
  openHls(video, "/", listener);
  now().tell("error", network);
  vi.advanceTimersByTime(1000);
  expect(played).toBe(1);

  wantsToPlay = false;
  now().tell("error", network);
  vi.advanceTimersByTime(2000);
  expect(played).toBe(1);
});

test("a recording goes on where it was, also when the first repair fails", () => {
  openHls(video, "/replays/a/index.m3u8", listener, "recorded");
  expect(now().config.startPosition).toBe(0);
  video.currentTime = 754.5;

  now().tell("error", network);
  // An element that lost its source is at its beginning.
  video.currentTime = 0;
  vi.advanceTimersByTime(1000);
  expect(now().config.startPosition).toBe(754.5);
  now().tell("error", network);
  vi.advanceTimersByTime(2000);

  expect([made.length, now().config.startPosition]).toEqual([3, 754.5]);
});

test("a live show goes on at its edge", () => {
  openHls(video, "/live/a/index.m3u8", listener);
  video.currentTime = 754.5;

  now().tell("error", network);
  vi.advanceTimersByTime(1000);

  expect(now().config.startPosition).toBe(-1);
});

test("an error that is not fatal is hls.js's own to mend", () => {
  openHls(video, "/", listener);

  now().tell("error", { ...network, fatal: false });
  vi.advanceTimersByTime(60_000);

  expect(made.length).toBe(1);
  expect(now().destroyed).toBe(false);
});

test("a broken decoder is reset once; a second break at once starts over", () => {
  openHls(video, "/", listener);
  vi.advanceTimersByTime(1);

  now().tell("error", media);
  expect(now().recovered).toBe(1);
  vi.advanceTimersByTime(4000);
  now().tell("error", media);

  expect(now().destroyed).toBe(true);
  vi.advanceTimersByTime(1000);
  expect(made.length).toBe(2);
});

test.each([
  { type: "media", details: "manifestIncompatible", fatal: true },
  { type: "media", details: "bufferIncompatible", fatal: true },
  { type: "media", details: "addCodec", fatal: false, mimeType: "video/mp4;codecs=avc1.f4001e" },
])("a stream without a decoder ends the tries: $details", (error) => {
  openHls(video, "/", listener);

  now().tell("error", error);
  vi.advanceTimersByTime(60_000);

  expect(gaveUp).toBe(1);
  expect(now().destroyed).toBe(true);
  expect(made.length).toBe(1);
});

test("a buffer that fails for a codec which can be decoded is hls.js's own to mend", () => {
  openHls(video, "/", listener);

  now().tell("error", {
    type: "media",
    details: "addCodec",
    fatal: false,
    mimeType: "video/mp4;codecs=avc1.640028",
  });

  expect(gaveUp).toBe(0);
  expect(now().destroyed).toBe(false);
});

test("a stream of sound alone is said, and its picture when one comes", () => {
  openHls(video, "/", listener);

  now().tell("manifest", { audio: true, video: false });
  now().tell("codecs", { audio: {} });
  now().tell("codecs", { audiovideo: {} });

  expect(alone).toEqual([true, true, false]);
});

test("a cue of the playlist ends where the playlist says, whatever its copy says", () => {
  openHls(video, "/", listener);
  const cue = { id: "cue_1", kind: "pin", start: "2026-11-23T10:00:00Z", end: null, payload: {} };
  const encoded = btoa(JSON.stringify(cue));
  const range = (endDate: Date | null) => ({ attr: { "X-CUE": encoded }, endDate });

  now().tell("level", {
    details: {
      dateRanges: {
        a: range(null),
        b: range(new Date("2026-11-23T10:01:00Z")),
        other: { attr: {} },
      },
    },
  });

  expect(cues).toEqual([[cue, { ...cue, end: "2026-11-23T10:01:00.000Z" }]]);
});

test("the edge moves on between two playlists", () => {
  const source = openHls(video, "/", listener);
  expect(source.liveEdge()).toBeNull();
  expect(source.behind()).toBeNull();

  now().latestLevelDetails = { edge: 30, age: 0.4 };
  now().playingDate = new Date(5000);

  expect(source.liveEdge()).toBeCloseTo(30.4);
  expect(source.behind()).toBe(0.8);
  expect(source.playingDate()).toBe(5000);
});

test("closing ends the tries that are under way", () => {
  const source = openHls(video, "/", listener);
  now().tell("error", network);

  source.close();
  vi.advanceTimersByTime(60_000);

  expect(made.length).toBe(1);
});

test("a live show's recording is known anew each time it has grown", () => {
  let grown = 0;
  const growing = { ...listener, recorded: () => (grown += 1) };
  openHls(video, "/replays/a/rewind.m3u8", growing, "recorded");

  now().tell("level", { details: { live: true, dateRanges: {} } });
  now().tell("level", { details: { live: true, dateRanges: {} } });
  openHls(video, "/live/a/index.m3u8", growing);
  now().tell("level", { details: { live: true, dateRanges: {} } });

  expect(grown).toBe(2);
});
