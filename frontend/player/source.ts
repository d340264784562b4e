/** The port between the player and what fetches the stream for it. */
import type { Cue } from "../contract";
import type { Stretch } from "./stretches";

/** hls.js, or the browser itself where it has no Media Source Extensions. */
export interface Source {
  /** Seconds between the picture and the newest media that the server announced. */
  behind(): number | null;
  /** Show clock at the video's `currentTime`, ms. */
  playingDate(): number | null;
  liveEdge(): number | null;
  /** A recording's two clocks; empty for a live show and while unknown. */
  stretches(): Stretch[];
  close(): void;
}

export interface SourceListener {
  cues(cues: Cue[]): void;
  /** The whole recording is known. Never for a live show. */
  recorded?(): void;
  /** True when the stream carries no picture, false when it carries one again. */
  soundOnly(alone: boolean): void;
  /** This browser has no decoder for the stream. The source has stopped trying. */
  unplayable(): void;
  /** False after the person paused: a repair then leaves the video paused. */
  wantsToPlay(): boolean;
}

export type OpenSource = (
  video: HTMLVideoElement,
  url: string,
  listener: SourceListener,
  kind?: "live" | "audio",
) => Source | Promise<Source>;
