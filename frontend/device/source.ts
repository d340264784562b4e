/** The frames of a camera and a microphone, each on the page's clock. */
import { Level } from "./level";
import type { Capture } from "./transport";
import { TrackClock } from "./track-clock";

/** Receives frames and closes them. */
export interface FrameSink {
  picture(frame: VideoFrame, clock: TrackClock): void;
  sound(data: AudioData, clock: TrackClock): void;
}

const now = (): number => performance.now() * 1000;

export class Source implements Capture {
  readonly level = new Level();
  sink: FrameSink | null = null;
  #closed = false;
  #clocks: TrackClock[] = [];

  constructor(
    readonly stream: MediaStream,
    readonly ratio: number,
  ) {
    for (const track of stream.getVideoTracks()) void this.#readPictures(track);
    for (const track of stream.getAudioTracks()) void this.#readSound(track);
  }

  /** Both clocks are known. */
  get settled(): boolean {
    return this.#clocks.length > 0 && this.#clocks.every((clock) => clock.settled);
  }

  close(): void {
    this.#closed = true;
    this.sink = null;
    this.stream.getTracks().forEach((track) => track.stop());
  }

  async #readPictures(track: MediaStreamTrack): Promise<void> {
    const clock = this.#clock();
    for await (const frame of this.#frames<VideoFrame>(track)) {
      clock.observe(frame.timestamp, now());
      this.#hand(frame, (sink) => sink.picture(frame, clock));
    }
  }

  async #readSound(track: MediaStreamTrack): Promise<void> {
    const clock = this.#clock();
    for await (const data of this.#frames<AudioData>(track)) {
      clock.observe(data.timestamp, now());
      const samples = new Float32Array(data.numberOfFrames);
      data.copyTo(samples, { planeIndex: 0, format: "f32-planar" });
      this.level.hear(samples, now());
      this.#hand(data, (sink) => sink.sound(data, clock));
    }
  }

  /** One frame that an encoder chokes on does not end the track. */
  #hand(frame: VideoFrame | AudioData, pass: (sink: FrameSink) => void): void {
    try {
      if (this.sink && this.settled) pass(this.sink);
      else frame.close();
    } catch (error) {
      frame.close();
      console.error(error);
    }
  }

  #clock(): TrackClock {
    const clock = new TrackClock();
    this.#clocks.push(clock);
    return clock;
  }

  async *#frames<T>(track: MediaStreamTrack): AsyncGenerator<T> {
    const reader = new MediaStreamTrackProcessor<T>({ track }).readable.getReader();
    while (!this.#closed) {
      const { done, value } = await reader.read();
      if (done || value === undefined) return;
      yield value;
    }
    void reader.cancel();
  }
}
