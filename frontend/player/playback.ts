/** Plays a show's low-latency stream in a video element and says which moment of the show clock each
 *  frame belongs to. */
import { AUDIO_ONLY_BEHIND } from "./audio-only";
import * as latency from "./latency";
import {
  hasMediaSource,
  openUntilItWorks,
  ranges,
  seconds,
  watchFrames,
  watchStandstill,
  type PictureListener,
} from "./picture";
import type { OpenSource, Source } from "./source";
import { mustMute, mustResume, resumed, untouched } from "./unasked";

export { prepare, type Status } from "./picture";

export interface PlaybackListener extends PictureListener {
  /** Seconds between the picture and the live edge; null while unknown. */
  behind(seconds: number | null): void;
}

export interface Playback {
  goLive(): void;
  pause(): void;
  mute(muted: boolean): void;
  close(): void;
}

/** Starts muted: only silent video may start by itself. `kind` "audio" plays the sound alone, from
 *  its own playlist and farther behind the edge. */
export function play(
  video: HTMLVideoElement,
  url: string,
  listener: PlaybackListener,
  { kind = "live", open = openSource }: { kind?: "live" | "audio"; open?: OpenSource } = {},
): Playback {
  let source: Source | null = null;
  let hold = latency.start;
  let asked = { ...untouched, muted: video.muted };
  let started = false;
  let pictured = true;
  const events = new AbortController();
  const on = (name: string, run: () => void) =>
    video.addEventListener(name, run, { signal: events.signal });

  function tick(): void {
    // Before the first picture, in a seek and in a pause the distance to the edge means nothing to
    // a person.
    const settled = started && !video.seeking && !video.paused;
    const behind = settled ? (source?.behind() ?? null) : null;
    listener.behind(behind);
    // Nobody hears whether the sound alone is five or six seconds late; to catch up costs stalls.
    if (behind === null || kind === "audio") return;
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
  on("timeupdate", () => {
    tick();
    if (!pictured) frameShown(video.currentTime);
  });
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

  // A picture that stands still sends no "timeupdate", but its distance to the edge grows.
  watchStandstill(
    video,
    (status) => listener.status(status),
    events.signal,
    (still) => still > 0.5 && tick(),
  );

  void openUntilItWorks(
    () =>
      open(
        video,
        url,
        {
          cues: (cues) => listener.cues(cues),
          soundOnly(alone) {
            pictured = !alone;
            listener.soundOnly?.(alone);
          },
          unplayable: () => listener.status("unplayable"),
          wantsToPlay: () => !asked.paused,
        },
        kind,
      ),
    (opened) => (source = opened),
    events.signal,
  );

  const aim = () => (kind === "audio" ? AUDIO_ONLY_BEHIND : hold.target);

  return {
    goLive() {
      asked = { ...asked, paused: false };
      const edge = source?.liveEdge() ?? null;
      if (edge !== null) video.currentTime = Math.max(video.currentTime, edge - aim());
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
      events.abort();
      source?.close();
    },
  };
}

/** Whether a person ever touched the page. Where the browser does not say it, somebody may have. */
const hasBeenTouched = () => globalThis.navigator?.userActivation?.hasBeenActive ?? true;

const openSource: OpenSource = async (video, url, listener, kind) => {
  if (!hasMediaSource()) return openNative(video, url);
  const { openHls } = await import("./hls");
  return openHls(video, url, listener, kind);
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

function loadedAhead(video: HTMLVideoElement): number {
  const around = ranges(video).find(
    ([start, end]) => start <= video.currentTime && video.currentTime <= end,
  );
  return around ? around[1] - video.currentTime : 0;
}
