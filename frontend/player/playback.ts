/** Plays a show's low-latency stream in a video element and says which moment of the show clock
 *  each frame belongs to. */
import type { Cue } from "../contract";
import * as latency from "./latency";
import { nextAfterHole, watch, type Watch } from "./standstill";

/** `waiting`: for a moment, nothing to worry about. `stuck`: the picture has stood still for so
 *  long that people wonder. */
export type Status = "starting" | "playing" | "waiting" | "stuck" | "paused" | "ended";

export interface PlaybackListener {
  status(status: Status): void;
  /** Seconds between the picture and the live edge; null while unknown. */
  behind(seconds: number | null): void;
  /** A frame came on screen; its moment on the show clock in ms. */
  frame(moment: number): void;
  cues(cues: Cue[]): void;
}

/** What plays the stream: hls.js, or the browser itself where it has no Media Source Extensions. */
export interface Source {
  behind(): number | null;
  /** Show clock at the video's `currentTime`, ms. */
  playingDate(): number | null;
  liveEdge(): number | null;
  close(): void;
}

export interface Playback {
  goLive(): void;
  close(): void;
}

/** Seconds of a still picture after which that is said. */
const STUCK = 2.5;

const hasMediaSource = () => "MediaSource" in globalThis || "ManagedMediaSource" in globalThis;

/** Loads what `play` will need, for somebody who waits for a show to begin. */
export async function prepare(): Promise<void> {
  if (hasMediaSource()) await import("./hls");
}

export function play(video: HTMLVideoElement, url: string, listener: PlaybackListener): Playback {
  let source: Source | null = null;
  let hold = latency.start;
  let started = false;
  let closed = false;
  const events = new AbortController();
  const on = (name: string, run: () => void) =>
    video.addEventListener(name, run, { signal: events.signal });

  function tick(): void {
    // Before the first picture, in a seek and in a pause the distance to the edge means nothing to
    // a person.
    const settled = started && !video.seeking && !video.paused;
    const behind = settled ? (source?.behind() ?? null) : null;
    listener.behind(behind);
    if (behind === null) return;
    const decision = latency.decide(hold, {
      now: performance.now() / 1000,
      behind,
      ahead: loadedAhead(video),
      playing: !video.paused && video.readyState > 2,
    });
    hold = decision.hold;
    if (video.playbackRate !== decision.rate) video.playbackRate = decision.rate;
    if (decision.jump !== null) video.currentTime += decision.jump;
  }

  on("playing", () => {
    started = true;
    listener.status("playing");
  });
  on("waiting", () => {
    if (started && !video.seeking) hold = latency.stalled(hold, performance.now() / 1000);
    listener.status(started ? "waiting" : "starting");
  });
  on("emptied", () => (hold = latency.restarted(hold)));
  on("pause", () => listener.behind(null));
  on("pause", () => listener.status(video.ended ? "ended" : "paused"));
  on("ended", () => listener.status("ended"));
  on("timeupdate", tick);
  watchFrames(video, () => source, listener, events.signal);

  // A still picture sends no events, so somebody has to look. Media that got lost leaves a hole
  // which no player would wait out.
  let watched: Watch = { at: -1, since: performance.now() / 1000 };
  let stuck = false;
  const looking = setInterval(() => {
    if (!started || video.paused) return;
    const now = performance.now() / 1000;
    watched = watch(watched, video.currentTime, now);
    const still = now - watched.since;
    const next = nextAfterHole(video.currentTime, ranges(video), still);
    if (next !== null) video.currentTime = next;
    if (still > STUCK !== stuck) {
      stuck = !stuck;
      listener.status(stuck ? "stuck" : "playing");
    }
    if (still > 0.5) tick();
  }, 250);

  /** The player's script may be out of reach for a moment, like everything else. */
  async function open(pause = 1000): Promise<void> {
    try {
      const opened = await openSource(video, url, (cues) => listener.cues(cues));
      if (closed) opened.close();
      else source = opened;
    } catch {
      if (!closed) setTimeout(() => void open(Math.min(15_000, pause * 2)), pause);
    }
  }
  void open();

  return {
    goLive() {
      const edge = source?.liveEdge() ?? null;
      if (edge !== null) video.currentTime = Math.max(video.currentTime, edge - hold.target);
      void video.play().catch(() => listener.status("paused"));
    },
    close() {
      closed = true;
      events.abort();
      clearInterval(looking);
      source?.close();
    },
  };
}

async function openSource(
  video: HTMLVideoElement,
  url: string,
  cues: (cues: Cue[]) => void,
): Promise<Source> {
  if (hasMediaSource()) {
    const { openHls } = await import("./hls");
    return openHls(video, url, cues);
  }
  return openNative(video, url);
}

/** iOS before 17.1: the browser plays the playlist itself; cues then come from the room alone. */
function openNative(video: HTMLVideoElement & { getStartDate?: () => Date }, url: string): Source {
  video.src = url;
  const startDate = () => video.getStartDate?.().getTime() ?? NaN;
  const edge = () => (video.seekable.length ? video.seekable.end(video.seekable.length - 1) : null);
  return {
    behind: () => (edge() === null ? null : edge()! - video.currentTime),
    playingDate: () => (Number.isNaN(startDate()) ? null : startDate() + video.currentTime * 1000),
    liveEdge: edge,
    close: () => video.removeAttribute("src"),
  };
}

/** `playingDate` belongs to `currentTime`; a frame has its own `mediaTime`, and the difference is
 *  what a pin would be late. */
function watchFrames(
  video: HTMLVideoElement,
  source: () => Source | null,
  listener: PlaybackListener,
  signal: AbortSignal,
): void {
  const moment = (mediaTime: number) => {
    const date = source()?.playingDate() ?? null;
    if (date !== null) listener.frame(date + (mediaTime - video.currentTime) * 1000);
  };
  if (!("requestVideoFrameCallback" in video)) {
    (video as HTMLVideoElement).addEventListener(
      "timeupdate",
      () => moment((video as HTMLVideoElement).currentTime),
      { signal },
    );
    return;
  }
  const next = () =>
    video.requestVideoFrameCallback((_now, frame) => {
      if (signal.aborted) return;
      moment(frame.mediaTime);
      next();
    });
  next();
}

function ranges({ buffered }: HTMLVideoElement): [number, number][] {
  return Array.from({ length: buffered.length }, (_, index) => [
    buffered.start(index),
    buffered.end(index),
  ]);
}

function loadedAhead(video: HTMLVideoElement): number {
  const around = ranges(video).find(
    ([start, end]) => start <= video.currentTime && video.currentTime <= end,
  );
  return around ? around[1] - video.currentTime : 0;
}
