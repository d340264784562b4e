/** A camera's and a microphone's tracks as they are, for a browser that encodes them itself: the
 *  voice is measured beside them, and the picture is cut where it has another shape. */
import { middle } from "./crop";
import { Level } from "./level";
import type { Capture } from "./transport";

const LOOK = 40;
const SAMPLES = 2048;
const ALIKE = 0.03;
const RATE = 30;

export class Tracks implements Capture {
  readonly level = new Level();
  #closed = false;
  #context: AudioContext | null = null;
  #timer: ReturnType<typeof setInterval> | null = null;
  #canvas: HTMLCanvasElement | null = null;
  #cut: MediaStreamTrack | null = null;

  constructor(
    readonly stream: MediaStream,
    private readonly ratio: number,
  ) {
    if (this.sound) this.#listen();
  }

  get sound(): MediaStreamTrack | undefined {
    return this.stream.getAudioTracks()[0];
  }

  /** The picture in the shape that viewers see. */
  async picture(): Promise<MediaStreamTrack | undefined> {
    const [camera] = this.stream.getVideoTracks();
    if (!camera) return undefined;
    const { width, height } = camera.getSettings();
    if (width && height && Math.abs(width / height / this.ratio - 1) < ALIKE) return camera;
    this.#cut ??= await this.#cutFrom(camera);
    return this.#cut;
  }

  close(): void {
    this.#closed = true;
    if (this.#timer) clearInterval(this.#timer);
    void this.#context?.close();
    this.#cut?.stop();
    this.stream.getTracks().forEach((track) => track.stop());
  }

  #listen(): void {
    const context = new AudioContext();
    this.#context = context;
    const analyser = context.createAnalyser();
    analyser.fftSize = SAMPLES;
    context.createMediaStreamSource(this.stream).connect(analyser);
    const samples = new Float32Array(SAMPLES);
    this.#timer = setInterval(() => {
      if (context.state === "suspended") return void context.resume();
      analyser.getFloatTimeDomainData(samples);
      this.level.hear(samples, performance.now() * 1000);
    }, LOOK);
  }

  async #cutFrom(camera: MediaStreamTrack): Promise<MediaStreamTrack> {
    const video = document.createElement("video");
    video.muted = true;
    video.playsInline = true;
    video.srcObject = new MediaStream([camera]);
    await video.play();
    this.#canvas = document.createElement("canvas");
    const paint = (): void => {
      if (this.#closed) return void (video.srcObject = null);
      this.#paint(video);
      video.requestVideoFrameCallback(paint);
    };
    paint();
    return this.#canvas.captureStream(RATE).getVideoTracks()[0]!;
  }

  #paint(video: HTMLVideoElement): void {
    const canvas = this.#canvas!;
    const whole = { x: 0, y: 0, width: video.videoWidth, height: video.videoHeight };
    const { x, y, width, height } = middle(whole, this.ratio);
    if (!width || !height) return;
    if (canvas.width !== width || canvas.height !== height)
      Object.assign(canvas, { width, height });
    canvas.getContext("2d")?.drawImage(video, x, y, width, height, 0, 0, width, height);
  }
}
