/** hls.js, loaded on demand: its light build, because there is one muxed rendition, and without its
 *  own control of the latency, which `latency.ts` does. */
import Hls, { type ErrorData, type LevelDetails } from "hls.js/light";
import type { Cue } from "../contract";
import { AUDIO_ONLY_BEHIND } from "./audio-only";
import { cueFromAttribute } from "./cues";
import type { Source, SourceListener } from "./source";
import { stretchesOf, type Stretch } from "./stretches";

/** Milliseconds until the next try, doubled each time, a little different for every viewer so that
 *  they do not all come at once. */
const RETRY = 1000;
const LONGEST_RETRY = 15_000;
/** `HTMLMediaElement.HAVE_FUTURE_DATA`: the picture could go on. */
const FUTURE_DATA = 3;
/** Seconds of media that were loaded and moved no picture, and seconds that this took: more than a
 *  start or a hole needs. Doubled each time, until a picture can go on. */
const IN_VAIN = 6;
const LONGEST_IN_VAIN = 96;

/** What differs between following a live show and playing a recording. */
const LIVE = {
  lowLatencyMode: true,
  maxLiveSyncPlaybackRate: 1,
  liveSyncOnStallIncrease: 0,
  backBufferLength: 20,
  maxBufferLength: 8,
};
/** Also a live show's recording as it grows: it is followed from where the person is, not from its
 *  edge. */
const RECORDED = { lowLatencyMode: false, backBufferLength: 60, maxBufferLength: 30 };
/** Whole segments over a network that may need as long for each as it plays. */
const AUDIO_ONLY = {
  lowLatencyMode: true,
  maxLiveSyncPlaybackRate: 1,
  liveSyncDuration: AUDIO_ONLY_BEHIND,
  liveMaxLatencyDuration: 4 * AUDIO_ONLY_BEHIND,
  liveSyncOnStallIncrease: 0,
  backBufferLength: 20,
  maxBufferLength: 3 * AUDIO_ONLY_BEHIND,
};
const SETTINGS = { live: LIVE, recorded: RECORDED, audio: AUDIO_ONLY };
export type Kind = keyof typeof SETTINGS;

export function openHls(
  video: HTMLVideoElement,
  url: string,
  listener: SourceListener,
  kind: Kind = "live",
): Source {
  /** Seconds into a recording; -1 is a live show's edge. */
  let position = kind === "recorded" ? 0 : -1;
  let hls = create();
  let timer: ReturnType<typeof setTimeout> | undefined;
  let recoveredAt = -Infinity;
  let wait = RETRY;
  /** Where the picture stands since when, what was loaded since, in seconds, and up to where. */
  let still = { at: -1, since: 0, loaded: 0, end: 0 };
  let patience = IN_VAIN;

  function create(): Hls {
    const next = new Hls({
      // Our media is fragmented MP4, which hls.js passes on as it is. Its worker would only delay the
      // first picture by what it takes to fetch and start a script.
      enableWorker: false,
      ...SETTINGS[kind],
      startPosition: position,
      // Cues come from the playlist below; the metadata text track would need data: in the policy.
      enableDateRangeMetadataCues: false,
      enableID3MetadataCues: false,
      enableEmsgMetadataCues: false,
      // The first media is asked for while the browser still opens its buffers.
      startFragPrefetch: true,
      // A publisher that went away answers no playlist for a while; the retries below are ours.
      fragLoadPolicy: {
        default: {
          maxTimeToFirstByteMs: 8000,
          maxLoadTimeMs: 20_000,
          timeoutRetry: { maxNumRetry: 4, retryDelayMs: 0, maxRetryDelayMs: 0 },
          errorRetry: { maxNumRetry: 6, retryDelayMs: 500, maxRetryDelayMs: 4000 },
        },
      },
    });
    next.on(Hls.Events.LEVEL_UPDATED, (_name, { details }) => {
      wait = RETRY;
      listener.cues(cuesIn(details));
      if (kind === "recorded") listener.recorded?.();
    });
    next.on(Hls.Events.FRAG_BUFFERED, (_name, { frag, part }) => {
      const end = part ? frag.start + part.fragOffset + part.duration : frag.end;
      if (isInVain(frag.start, end)) recover(false);
    });
    next.on(Hls.Events.MANIFEST_PARSED, (_name, { video, audio }) =>
      listener.soundOnly(audio && !video),
    );
    // A camera that starts again may send a picture where there was none: the media has the last
    // word.
    next.on(Hls.Events.BUFFER_CODECS, (_name, tracks) =>
      listener.soundOnly(!tracks.video && !tracks.audiovideo),
    );
    next.on(Hls.Events.ERROR, (_name, error) => {
      if (lacksDecoder(error) || (kind === "audio" && isMissing(error))) giveUp();
      else if (error.fatal) recover(error.type === Hls.ErrorTypes.MEDIA_ERROR);
    });
    next.loadSource(url);
    next.attachMedia(video);
    return next;
  }

  function giveUp(): void {
    hls.destroy();
    listener.unplayable();
  }

  /** Media from `start` to `end` was loaded: whether all that came since the picture stands cannot be
   *  played there. Tracks changed as the first was loaded, or sound and picture never meet; hls.js
   *  waits for ever. */
  function isInVain(start: number, end: number): boolean {
    const { currentTime: at, readyState } = video;
    const now = performance.now() / 1000;
    if (readyState >= FUTURE_DATA) patience = IN_VAIN;
    if (at !== still.at || readyState >= FUTURE_DATA || !listener.wantsToPlay()) {
      still = { at, since: now, loaded: 0, end };
      return false;
    }
    // What is opened anew begins a count of its own.
    const begin = end < still.end ? start : Math.max(start, still.end);
    still = { ...still, loaded: still.loaded + end - begin, end };
    if (Math.min(still.loaded, now - still.since) <= patience) return false;
    still = { at, since: now, loaded: 0, end };
    patience = Math.min(LONGEST_IN_VAIN, patience * 2);
    return true;
  }

  /** A broken decoder is reset once; anything else, and a second break at once, starts over. */
  function recover(media: boolean): void {
    const now = performance.now();
    if (media && now - recoveredAt > 5000) {
      recoveredAt = now;
      hls.recoverMediaError();
      return;
    }
    // An element without a source is at its beginning: a second failure must not take that for it.
    if (kind === "recorded" && video.currentTime > 0) position = video.currentTime;
    hls.destroy();
    clearTimeout(timer);
    timer = setTimeout(
      () => {
        hls = create();
        if (listener.wantsToPlay()) void video.play().catch(() => undefined);
      },
      wait * (0.75 + Math.random() / 2),
    );
    wait = Math.min(LONGEST_RETRY, wait * 2);
  }

  const details = () => hls.latestLevelDetails;
  return {
    behind: () => (details() ? hls.latency : null),
    playingDate: () => hls.playingDate?.getTime() ?? null,
    liveEdge: () => {
      const known = details();
      return known ? known.edge + known.age : null;
    },
    stretches: () => {
      const known = details();
      return known && kind === "recorded" ? stretchesIn(known) : [];
    },
    close() {
      clearTimeout(timer);
      hls.destroy();
    },
  };
}

function stretchesIn({ fragments }: LevelDetails): Stretch[] {
  return stretchesOf(
    fragments.map(({ start, duration, programDateTime }) => ({
      at: start,
      moment: programDateTime ?? NaN,
      seconds: duration,
    })),
  );
}

function cuesIn(details: LevelDetails): Cue[] {
  return Object.values(details.dateRanges).flatMap((range) => {
    const cue = cueFromAttribute(range?.attr["X-CUE"]);
    // END-DATE may be newer than the copy of the cue that was encoded when it opened.
    return cue ? [{ ...cue, end: range?.endDate ? range.endDate.toISOString() : cue.end }] : [];
  });
}

/** The show has no sound to be played alone. */
const isMissing = ({ details, response }: ErrorData): boolean =>
  details === Hls.ErrorDetails.MANIFEST_LOAD_ERROR && response?.code === 404;

/** Trying again would change nothing: the browser has no decoder for what is sent. */
function lacksDecoder({ details, mimeType }: ErrorData): boolean {
  if (details === Hls.ErrorDetails.BUFFER_ADD_CODEC_ERROR)
    return mimeType !== undefined && !Hls.getMediaSource()?.isTypeSupported(mimeType);
  return (
    details === Hls.ErrorDetails.MANIFEST_INCOMPATIBLE_CODECS_ERROR ||
    details === Hls.ErrorDetails.BUFFER_INCOMPATIBLE_CODECS_ERROR
  );
}
