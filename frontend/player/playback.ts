/** Plays a show's low-latency stream in a video element and says which moment of the show clock each
 *  frame belongs to. */
import type { Cue } from "../contract";
import * as latency from "./latency";
import type { OpenSource, Source } from "./source";
import { nextAfterHole, watch, type Watch } from "./standstill";
import { mustMute, mustResume, resumed, untouched } from "./unasked";

/** `waiting`: for a moment, nothing to worry about. `stuck`: the picture has stood still for so long
 *  that people wonder. `unplayable`: this browser has no decoder for the stream. */
export type Status =
  "starting" | "playing" | "waiting" | "stuck" | "paused" | "ended" | "unplayable";

export interface PlaybackListener {
  status(status: Status): void;
  /** Seconds between the picture and the live edge; null while unknown. */
  behind(seconds: number | null): void;
  /** A frame came on screen; its moment on the show clock in ms. */
  frame(moment: number): void;
  cues(cues: Cue[]): void;
  /** The sound as it is now, also when the browser's own controls changed it. */
  muted?(muted: boolean): void;
  soundOnly?(alone: boolean): void;
  /** The picture's size in pixels, each time it changes. */
  size?(width: number, height: number): void;
}

export interface Playback {
  goLive(): void;
  pause(): void;
  mute(muted: boolean): void;
  close(): void;
}

/** Seconds of a still picture after which that is said. */
const STUCK = 2.5;
/** Milliseconds before the player's script is asked for again, doubled up to the second. */
const FIRST_RETRY = 1000;
const LAST_RETRY = 15_000;

export const hasMediaSource = () =>
  "MediaSource" in globalThis || "ManagedMediaSource" in globalThis;
const seconds = () => performance.now() / 1000;

/** Loads what `play` will need, for somebody who waits for a show to begin. */
export async function prepare(): Promise<void> {
  if (hasMediaSource()) await import("./hls");
}

/** Starts muted: only silent video may start by itself. */
export function play(
  video: HTMLVideoElement,
  url: string,
  listener: PlaybackListener,
  open: OpenSource = openSource,
): Playback {
  let source: Source | null = null;
  let hold = latency.start;
  let asked = { ...untouched, muted: video.muted };
  let started = false;
  let closed = false;
  let retry: ReturnType<typeof setTimeout> | undefined;
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
      now: seconds(),
      behind,
      ahead: loadedAhead(video),
      playing: !video.paused && video.readyState > 2,
    });
    hold = decision.hold;
    if (video.playbackRate !== decision.rate) {
      asked = { ...asked, rateWrittenAt: seconds() };
      video.playbackRate = decision.rate;
    }
    if (decision.jump !== null) video.currentTime += decision.jump;
  }

  on("playing", () => {
    started = true;
    listener.status("playing");
  });
  on("waiting", () => {
    if (started && !video.seeking) hold = latency.stalled(hold, seconds());
    listener.status(started ? "waiting" : "starting");
  });
  on("emptied", () => (hold = latency.restarted(hold)));
  on("pause", paused);
  on("ended", () => listener.status("ended"));
  on("timeupdate", tick);
  on("volumechange", volumeChanged);
  on("resize", () => listener.size?.(video.videoWidth, video.videoHeight));
  watchFrames(video, frameShown, events.signal);

  function frameShown(mediaTime: number): void {
    const date = source?.playingDate() ?? null;
    if (date !== null) listener.frame(date + (mediaTime - video.currentTime) * 1000);
  }

  function paused(): void {
    listener.behind(null);
    if (video.ended) return listener.status("ended");
    if (started && mustResume(asked, seconds())) {
      asked = resumed(asked, seconds());
      video.muted = true;
      void video.play().catch(() => listener.status("paused"));
      return;
    }
    listener.status("paused");
  }

  function volumeChanged(): void {
    if (mustMute(asked, video.muted, hasBeenTouched(), seconds())) video.muted = true;
    else if (video.muted !== asked.muted) {
      asked = { ...asked, muted: video.muted };
      listener.muted?.(video.muted);
    }
  }

  // A still picture sends no events, so somebody has to look. Media that got lost leaves a hole
  // which no player would wait out.
  let watched: Watch = { at: -1, since: seconds() };
  let stuck = false;
  const looking = setInterval(() => {
    if (!started || video.paused) return;
    const now = seconds();
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
  async function begin(wait = FIRST_RETRY): Promise<void> {
    try {
      const opened = await open(video, url, {
        cues: (cues) => listener.cues(cues),
        soundOnly: (alone) => listener.soundOnly?.(alone),
        unplayable: () => listener.status("unplayable"),
        wantsToPlay: () => !asked.paused,
      });
      if (closed) opened.close();
      else source = opened;
    } catch {
      if (!closed) retry = setTimeout(() => void begin(Math.min(LAST_RETRY, wait * 2)), wait);
    }
  }
  void begin();

  return {
    goLive() {
      asked = { ...asked, paused: false };
      const edge = source?.liveEdge() ?? null;
      if (edge !== null) video.currentTime = Math.max(video.currentTime, edge - hold.target);
      void video.play().catch(() => listener.status("paused"));
    },
    pause() {
      asked = { ...asked, paused: true };
      video.pause();
    },
    mute(muted) {
      asked = { ...asked, muted };
      video.muted = muted;
      listener.muted?.(muted);
    },
    close() {
      closed = true;
      events.abort();
      clearInterval(looking);
      clearTimeout(retry);
      source?.close();
    },
  };
}

/** Whether a person ever touched the page. Where the browser does not say it, somebody may have. */
const hasBeenTouched = () => globalThis.navigator?.userActivation?.hasBeenActive ?? true;

const openSource: OpenSource = async (video, url, listener) => {
  if (!hasMediaSource()) return openNative(video, url);
  const { openHls } = await import("./hls");
  return openHls(video, url, listener);
};

/** iOS before 17.1: the browser plays the playlist itself; cues then come from the room alone. */
function openNative(video: HTMLVideoElement & { getStartDate?: () => Date }, url: string): Source {
  video.src = url;
  const startDate = () => video.getStartDate?.().getTime() ?? NaN;
  const edge = () => (video.seekable.length ? video.seekable.end(video.seekable.length - 1) : null);
  return {
    behind: () => (edge() === null ? null : edge()! - video.currentTime),
    playingDate: () => (Number.isNaN(startDate()) ? null : startDate() + video.currentTime * 1000),
    liveEdge: edge,
    stretches: () => [],
    close: () => video.removeAttribute("src"),
  };
}

/** `playingDate` belongs to `currentTime`; a frame has its own `mediaTime`, and the difference is
 *  what a pin would be late. */
export function watchFrames(
  video: HTMLVideoElement,
  shown: (mediaTime: number) => void,
  signal: AbortSignal,
): void {
  if (!("requestVideoFrameCallback" in video)) {
    (video as HTMLVideoElement).addEventListener(
      "timeupdate",
      () => shown((video as HTMLVideoElement).currentTime),
      { signal },
    );
    return;
  }
  const next = () =>
    video.requestVideoFrameCallback((_now, frame) => {
      if (signal.aborted) return;
      shown(frame.mediaTime);
      next();
    });
  next();
}

export function ranges({ buffered }: HTMLVideoElement): [number, number][] {
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
