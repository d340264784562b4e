/** What a live show and its recording have in common: what the player reports of the video element,
 *  which frame is on screen, when the picture stands still, and that opening a source is repeated. */
import type { Cue } from "../contract";
import type { Source } from "./source";
import { nextAfterHole, watch, type Watch } from "./standstill";

/** `waiting`: for a moment, nothing to worry about. `stuck`: the picture has stood still for so long
 *  that people wonder. `unplayable`: this browser has no decoder for the stream. */
export type Status =
  "starting" | "playing" | "waiting" | "stuck" | "paused" | "ended" | "unplayable";

export interface PictureListener {
  status(status: Status): void;
  /** A frame came on screen; its moment on the show clock in ms. */
  frame(moment: number): void;
  cues(cues: Cue[]): void;
  /** The sound as it is now, also when the browser's own controls changed it. */
  muted?(muted: boolean): void;
  soundOnly?(alone: boolean): void;
  /** The picture's size in pixels, each time it changes. */
  size?(width: number, height: number): void;
}

/** Seconds of a still picture after which that is said. */
const STUCK = 2.5;
/** Milliseconds between two looks at a picture that may stand still. */
const LOOK = 250;
/** Milliseconds before a source that could not be opened is opened again, doubled up to the second. */
const FIRST_RETRY = 1000;
const LAST_RETRY = 15_000;

export const hasMediaSource = () =>
  "MediaSource" in globalThis || "ManagedMediaSource" in globalThis;

/** Loads what opening a source needs, for somebody who waits for a show to begin. */
export async function prepare(): Promise<void> {
  if (hasMediaSource()) await import("./hls");
}

/** Seconds on a clock that never goes back. */
export const seconds = (): number => performance.now() / 1000;

/** Opens the source, and again later when the player's script is out of reach. After `signal` none is
 *  opened: it would take the video from the one that came after it. */
export async function openUntilItWorks(
  open: () => Source | Promise<Source>,
  opened: (source: Source) => void,
  signal: AbortSignal,
  wait = FIRST_RETRY,
): Promise<void> {
  try {
    await prepare();
    if (signal.aborted) return;
    const source = await open();
    if (signal.aborted) source.close();
    else opened(source);
  } catch {
    const next = Math.min(LAST_RETRY, wait * 2);
    const timer = setTimeout(() => void openUntilItWorks(open, opened, signal, next), wait);
    signal.addEventListener("abort", () => clearTimeout(timer), { once: true });
  }
}

/** A still picture sends no events, so this looks at it. Media that got lost leaves a hole in what is
 *  loaded, which no player would wait out: it is jumped. `still` is told how long the picture has
 *  stood still, in seconds. */
export function watchStandstill(
  video: HTMLVideoElement,
  status: (status: "stuck" | "playing") => void,
  signal: AbortSignal,
  still: (seconds: number) => void = () => undefined,
): void {
  let began = false;
  let stuck = false;
  let watched: Watch = { at: -1, since: seconds() };
  video.addEventListener("playing", () => (began = true), { signal });
  const looking = setInterval(() => {
    const now = seconds();
    // A pause is no standstill, and the time it took does not count when the picture goes on.
    if (!began || video.paused) {
      watched = { at: -1, since: now };
      return;
    }
    watched = watch(watched, video.currentTime, now);
    const since = now - watched.since;
    const next = nextAfterHole(video.currentTime, ranges(video), since);
    if (next !== null) video.currentTime = next;
    if (since > STUCK !== stuck) {
      stuck = !stuck;
      status(stuck ? "stuck" : "playing");
    }
    still(since);
  }, LOOK);
  signal.addEventListener("abort", () => clearInterval(looking), { once: true });
}

/** Says the media time of each frame that comes on screen: `currentTime` is not exactly that of the
 *  frame, and the difference is what a pin would be late. */
export function watchFrames(
  video: HTMLVideoElement,
  shown: (mediaTime: number) => void,
  signal: AbortSignal,
): void {
  if (!("requestVideoFrameCallback" in video)) {
    const older = video as HTMLVideoElement;
    older.addEventListener("timeupdate", () => shown(older.currentTime), { signal });
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

/** What is loaded, as [start, end] in seconds. */
export function ranges({ buffered }: HTMLVideoElement): [number, number][] {
  return Array.from({ length: buffered.length }, (_, index) => [
    buffered.start(index),
    buffered.end(index),
  ]);
}
