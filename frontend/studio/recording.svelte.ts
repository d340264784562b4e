/** A show's recording in the studio: it plays, and a part of it is selected. The video's seconds are
 *  what a person sees; moments of the show clock are what the server is asked for. */
import type { Cue } from "../contract";
import type { Status } from "../player/playback";
import { replay, type Replay } from "../player/replay";
import { momentAt, type Stretch } from "../player/stretches";

/** `[from, to)`, seconds into the video. */
export interface Selection {
  from: number;
  to: number;
}

/** Seconds. A shorter part cannot be seen. */
export const SHORTEST = 1;

/** The selection with one end moved: inside the video, and never shorter than SHORTEST. */
export function moved(
  { from, to }: Selection,
  end: keyof Selection,
  position: number,
  duration: number,
): Selection {
  return end === "from"
    ? { from: Math.min(Math.max(0, position), Math.max(0, to - SHORTEST)), to }
    : { from, to: Math.max(Math.min(duration, position), Math.min(duration, from + SHORTEST)) };
}

export class Recording {
  position = $state(0);
  status = $state<Status>("starting");
  stretches = $state.raw<Stretch[]>([]);
  cues = $state.raw<Cue[]>([]);
  selection = $state.raw<Selection>({ from: 0, to: 0 });
  readonly duration = $derived.by(() => {
    const last = this.stretches.at(-1);
    return last ? last.at + last.seconds : 0;
  });
  readonly playing = $derived(this.status === "playing" || this.status === "waiting");
  #player: Replay | null = null;
  /** Where the selection's own playback stops. */
  #until: number | null = null;

  open(video: HTMLVideoElement, url: string, player: typeof replay = replay): void {
    this.close();
    this.#player = player(video, url, {
      status: (status) => (this.status = status),
      position: (seconds) => this.#moved(seconds),
      stretches: (stretches) => this.#measured(stretches),
      frame: () => undefined,
      cues: (cues) => (this.cues = cues),
    });
    this.status = "paused";
  }

  close(): void {
    this.#player?.close();
    this.#player = null;
  }

  seek(position: number): void {
    this.#until = null;
    this.#player?.seek(position);
  }

  pause(): void {
    this.#player?.pause();
  }

  /** The selected part, from its beginning to its end. */
  playSelection(): void {
    this.#player?.seek(this.selection.from);
    this.#until = this.selection.to;
    this.#player?.play();
  }

  move(end: keyof Selection, position: number): void {
    this.selection = moved(this.selection, end, position, this.duration);
    this.seek(this.selection[end]);
  }

  select(selection: Selection): void {
    this.selection = selection;
    this.seek(selection.from);
  }

  /** The selection on the show clock, as the server takes it. */
  get moments(): { start: string; end: string } {
    const { from, to } = this.selection;
    return { start: this.momentAt(from), end: this.momentAt(to) };
  }

  momentAt(position: number): string {
    return new Date(Math.round(momentAt(this.stretches, position) ?? 0)).toISOString();
  }

  #moved(seconds: number): void {
    this.position = seconds;
    if (this.#until === null || seconds < this.#until) return;
    this.#until = null;
    this.pause();
  }

  #measured(stretches: Stretch[]): void {
    const whole = this.selection.to === 0 || this.selection.to >= this.duration;
    this.stretches = stretches;
    const { from, to } = this.selection;
    if (whole || to > this.duration) this.selection = { from: whole ? 0 : from, to: this.duration };
  }
}
