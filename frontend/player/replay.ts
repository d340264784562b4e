/** Plays a recorded show in a video element: from anywhere to anywhere, at any speed, and says which
 *  moment of the show clock each frame belongs to. */
import type { Cue } from "../contract";
import { hasMediaSource, ranges, watchFrames, type Status } from "./playback";
import type { OpenSource, Source } from "./source";
import { nextAfterHole, watch, type Watch } from "./standstill";
import { momentAt, positionAt, type Stretch } from "./stretches";

export interface ReplayListener {
  status(status: Status): void;
  /** Seconds into the video; after a seek at once, not when its picture comes. */
  position(seconds: number): void;
  /** The recording's two clocks are known. */
  stretches(stretches: Stretch[]): void;
  /** A frame came on screen; its moment on the show clock in ms. */
  frame(moment: number): void;
  cues(cues: Cue[]): void;
  muted?(muted: boolean): void;
  soundOnly?(alone: boolean): void;
  size?(width: number, height: number): void;
}

export interface Replay {
  play(): void;
  pause(): void;
  /** Seconds into the video. */
  seek(position: number): void;
  /** A moment of the show clock, ms. */
  seekToMoment(moment: number): void;
  rate(rate: number): void;
  mute(muted: boolean): void;
  close(): void;
}

/** Seconds of a still picture after which that is said. */
const STUCK = 2.5;
const FIRST_RETRY = 1000;
const LAST_RETRY = 15_000;

/** Loads at once and waits for `play`; `from` is seconds into the video. */
export function replay(
  video: HTMLVideoElement,
  url: string,
  listener: ReplayListener,
  from = 0,
  open: OpenSource = openRecorded,
): Replay {
  let source: Source | null = null;
  let stretches: Stretch[] = [];
  let wanted = false;
  let waiting: (() => void) | null = from > 0 ? () => seek(from) : null;
  let closed = false;
  let started = false;
  let stuck = false;
  let retry: ReturnType<typeof setTimeout> | undefined;
  const events = new AbortController();
  const on = (name: string, run: () => void) =>
    video.addEventListener(name, run, { signal: events.signal });

  on("playing", () => {
    started = true;
    listener.status("playing");
  });
  on("waiting", () => listener.status(started ? "waiting" : "starting"));
  on("pause", () => !video.ended && listener.status("paused"));
  on("ended", () => listener.status("ended"));
  on("timeupdate", () => listener.position(video.currentTime));
  on("volumechange", () => listener.muted?.(video.muted));
  on("resize", () => listener.size?.(video.videoWidth, video.videoHeight));
  watchFrames(video, frameShown, events.signal);

  function frameShown(mediaTime: number): void {
    const moment = momentAt(stretches, mediaTime);
    if (moment !== null) listener.frame(moment);
  }

  // A still picture sends no events, and a segment that is gone leaves a hole in what is loaded.
  let watched: Watch = { at: -1, since: now() };
  const looking = setInterval(() => {
    if (!started || video.paused) {
      watched = { at: -1, since: now() };
      return;
    }
    watched = watch(watched, video.currentTime, now());
    const still = now() - watched.since;
    const next = nextAfterHole(video.currentTime, ranges(video), still);
    if (next !== null) video.currentTime = next;
    if (still > STUCK !== stuck) {
      stuck = !stuck;
      listener.status(stuck ? "stuck" : "playing");
    }
  }, 250);

  function seek(position: number): void {
    if (!stretches.length) {
      waiting = () => seek(position);
      return;
    }
    const last = stretches.at(-1)!;
    video.currentTime = Math.min(Math.max(0, position), last.at + last.seconds);
    listener.position(video.currentTime);
  }

  function recorded(): void {
    stretches = source?.stretches() ?? stretches;
    if (!stretches.length) return;
    listener.stretches(stretches);
    waiting?.();
    waiting = null;
  }

  async function begin(wait = FIRST_RETRY): Promise<void> {
    try {
      const opened = await open(video, url, {
        cues: (cues) => listener.cues(cues),
        recorded,
        soundOnly: (alone) => listener.soundOnly?.(alone),
        unplayable: () => listener.status("unplayable"),
        wantsToPlay: () => wanted,
      });
      if (closed) return opened.close();
      source = opened;
      recorded();
    } catch {
      if (!closed) retry = setTimeout(() => void begin(Math.min(LAST_RETRY, wait * 2)), wait);
    }
  }
  void begin();

  return {
    play() {
      wanted = true;
      if (!started) listener.status("starting");
      void video.play().catch((error: DOMException) => {
        if (error.name === "NotAllowedError") listener.status("paused");
      });
    },
    pause() {
      wanted = false;
      video.pause();
    },
    seek,
    seekToMoment(moment) {
      const position = positionAt(stretches, moment);
      if (position !== null) seek(position);
    },
    rate(rate) {
      video.playbackRate = rate;
      video.preservesPitch = true;
    },
    mute(muted) {
      video.muted = muted;
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

const now = (): number => performance.now() / 1000;

const openRecorded: OpenSource = async (video, url, listener) => {
  if (!hasMediaSource()) return openNative(video, url, listener);
  const { openHls } = await import("./hls");
  return openHls(video, url, listener, "recorded");
};

/** The browser plays the playlist itself, and knows the show clock of its beginning alone. */
const openNative: OpenSource = (video, url, listener) => {
  const native = video as HTMLVideoElement & { getStartDate?: () => Date };
  const leaving = new AbortController();
  const stretches = (): Stretch[] => {
    const moment = native.getStartDate?.().getTime() ?? NaN;
    return Number.isFinite(video.duration) ? [{ at: 0, moment, seconds: video.duration }] : [];
  };
  video.addEventListener("loadedmetadata", () => listener.recorded?.(), {
    signal: leaving.signal,
  });
  video.src = url;
  return {
    behind: () => null,
    playingDate: () => null,
    liveEdge: () => null,
    stretches,
    close() {
      leaving.abort();
      video.removeAttribute("src");
    },
  };
};
