/** Plays a recorded show in a video element: from anywhere to anywhere, at any speed, and says which
 *  moment of the show clock each frame belongs to. */
import {
  hasMediaSource,
  openUntilItWorks,
  watchFrames,
  watchStandstill,
  type PictureListener,
} from "./picture";
import type { OpenSource, Source } from "./source";
import { momentAt, positionAt, type Stretch } from "./stretches";

export interface ReplayListener extends PictureListener {
  /** Seconds into the video; after a seek at once, not when its picture comes. */
  position(seconds: number): void;
  /** The recording's two clocks are known. */
  stretches(stretches: Stretch[]): void;
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
  let started = false;
  let alone = false;
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
  on("timeupdate", () => {
    listener.position(video.currentTime);
    // Sound alone has no frames, but its products were shown at moments all the same.
    if (alone) frameShown(video.currentTime);
  });
  on("volumechange", () => listener.muted?.(video.muted));
  on("resize", () => listener.size?.(video.videoWidth, video.videoHeight));
  watchFrames(video, frameShown, events.signal);

  function frameShown(mediaTime: number): void {
    const moment = momentAt(stretches, mediaTime);
    if (moment !== null) listener.frame(moment);
  }

  watchStandstill(video, (status) => listener.status(status), events.signal);

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

  void openUntilItWorks(
    () =>
      open(video, url, {
        cues: (cues) => listener.cues(cues),
        recorded,
        soundOnly: (now) => {
          alone = now;
          listener.soundOnly?.(now);
        },
        unplayable: () => listener.status("unplayable"),
        wantsToPlay: () => wanted,
      }),
    (opened) => {
      source = opened;
      recorded();
    },
    events.signal,
  );

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
      // The default one, too: media that is loaded anew after a failure starts at that.
      video.defaultPlaybackRate = rate;
      video.playbackRate = rate;
      video.preservesPitch = true;
    },
    mute(muted) {
      video.muted = muted;
    },
    close() {
      events.abort();
      source?.close();
    },
  };
}

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
