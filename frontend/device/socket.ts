/** One connection of this device to the server: encoders in front of a WebSocket. */
import { Continuity } from "./continuity";
import { middle } from "./crop";
import { Rate, TOO_FAR } from "./rate";
import type { Source, FrameSink } from "./source";
import type { TrackClock } from "./track-clock";
import { FINAL, type Listener, type Ticket, type Uplink } from "./transport";
import * as wire from "./wire";

const KEY_EVERY = 2_000_000;
const MOST_QUEUED = 3;
/** Pieces of 10 ms; sound that waits longer for its encoder is left out. */
const MOST_SOUND_QUEUED = 50;
const SOUND_BITRATE = 96_000;
/** Nothing was received for so long although pictures were sent: the network changed. */
const DEAD = 5_000;

/** Whether the browser's own encoder makes AAC; on Linux it does not. */
export async function soundOf(): Promise<wire.Sound> {
  const aac = { codec: "mp4a.40.2", sampleRate: 48_000, numberOfChannels: 1, bitrate: 96_000 };
  return (await AudioEncoder.isConfigSupported(aac)).supported ? "aac" : "opus";
}

export class SocketUplink implements FrameSink, Uplink<Source> {
  #socket: WebSocket;
  #video: VideoEncoder | null = null;
  #videoClock: TrackClock | null = null;
  #audio: AudioEncoder | null = null;
  #audioClock: TrackClock | null = null;
  #continuity = new Continuity();
  #finishing = false;
  #shape = "";
  #keyAt = -Infinity;
  #open = false;
  #over = false;
  #sent = 0;
  #received = 0;
  #bits = 0;
  #pictures = 0;
  #skipped = 0;
  #heardAt = performance.now();
  #timer: ReturnType<typeof setInterval>;

  constructor(
    private source: Source,
    ticket: Ticket,
    private readonly codec: wire.Sound,
    readonly rate: Rate,
    private readonly listener: Listener,
  ) {
    source.sink = this;
    this.#socket = new WebSocket(ticket.websocket_url, wire.SUBPROTOCOL);
    this.#socket.binaryType = "arraybuffer";
    this.#socket.onopen = () => this.#socket.send(wire.hello(ticket.ticket, codec));
    this.#socket.onmessage = ({ data }) => this.#hear(JSON.parse(data as string) as wire.Said);
    this.#socket.onclose = () => this.#end("connection_lost", false);
    this.#timer = setInterval(() => this.#second(), 1000);
  }

  close(): void {
    this.#end("closed", true, false);
  }

  use(source: Source): void {
    this.source.sink = null;
    this.source = source;
    source.sink = this;
  }

  picture(frame: VideoFrame, clock: TrackClock): void {
    this.#pictures += 1;
    const slow = (this.#video?.encodeQueueSize ?? 0) > MOST_QUEUED;
    if (!this.#open || slow || this.#behind() > TOO_FAR) {
      if (slow) this.#skipped += 1;
      frame.close();
      return;
    }
    const box = middle(frame.visibleRect!, this.source.ratio);
    const part = new VideoFrame(frame, {
      visibleRect: { ...box },
      displayWidth: box.width,
      displayHeight: box.height,
    });
    frame.close();
    this.#encode(part, clock);
    part.close();
  }

  sound(data: AudioData, clock: TrackClock): void {
    if (this.#open) {
      if (this.#audioClock !== clock) this.#dropAudio();
      this.#audioClock = clock;
      if (!this.#isFull()) this.#encodeSound(data);
    }
    data.close();
  }

  #encode(frame: VideoFrame, clock: TrackClock): void {
    const { short, long } = this.rate.size;
    const [width, height] = this.source.ratio < 1 ? [short, long] : [long, short];
    const bitrate = Math.round(this.rate.bitrate);
    const shape = `${width}x${height}@${bitrate}`;
    if (this.#videoClock !== clock) this.#dropVideo();
    this.#videoClock = clock;
    this.#video ??= new VideoEncoder({
      output: (chunk, metadata) => this.#sendPicture(chunk, metadata, clock),
      error: () => this.#dropVideo(),
    });
    if (shape !== this.#shape) {
      this.#shape = shape;
      this.#video.configure({
        codec: "avc1.42e01f",
        width,
        height,
        bitrate,
        framerate: 30,
        latencyMode: "realtime",
        avc: { format: "avc" },
      });
    }
    const keyFrame = frame.timestamp - this.#keyAt >= KEY_EVERY;
    if (keyFrame) this.#keyAt = frame.timestamp;
    this.#video.encode(frame, { keyFrame });
  }

  #sendPicture(
    chunk: EncodedVideoChunk,
    metadata: EncodedVideoChunkMetadata | undefined,
    clock: TrackClock,
  ): void {
    const record = metadata?.decoderConfig?.description;
    if (record) this.#send(wire.videoConfig(bytesOf(record)));
    this.#sent = clock.at(chunk.timestamp);
    this.#send(wire.video(this.#sent, chunk.type === "key", chunk));
  }

  /** Sound waits for an encoder that is behind, or that sends what it has before the next begins. */
  #isFull(): boolean {
    return this.#finishing || (this.#audio?.encodeQueueSize ?? 0) >= MOST_SOUND_QUEUED;
  }

  #encodeSound(data: AudioData): void {
    if (this.#continuity.breaks(data)) return this.#finishAudio();
    this.#audio ??= this.#makeAudio(data);
    if (this.#audio.state === "configured") this.#audio.encode(data);
  }

  #makeAudio(data: AudioData): AudioEncoder {
    const encoder: AudioEncoder = new AudioEncoder({
      output: (chunk, metadata) => {
        const config = metadata?.decoderConfig;
        if (config)
          this.#send(wire.audioConfig(this.codec, bytesOf(config.description ?? new Uint8Array())));
        this.#send(wire.audio(this.#audioClock!.at(chunk.timestamp), this.codec, chunk));
      },
      error: () => this.#audio === encoder && this.#dropAudio(),
    });
    encoder.configure({
      codec: this.codec === "aac" ? "mp4a.40.2" : "opus",
      sampleRate: data.sampleRate,
      numberOfChannels: Math.min(2, data.numberOfChannels),
      bitrate: SOUND_BITRATE,
    });
    return encoder;
  }

  #send(message: Uint8Array<ArrayBuffer>): void {
    if (this.#socket.readyState !== WebSocket.OPEN) return;
    this.#bits += message.byteLength * 8;
    this.#socket.send(message);
  }

  /** Milliseconds between the newest picture that was sent and the newest that has arrived. */
  #behind(): number {
    if (!this.#received) return 0;
    return Math.max(0, (this.#sent - this.#received) / 1000);
  }

  #hear(said: wire.Said): void {
    this.#heardAt = performance.now();
    if (said.type === "accepted") {
      this.#open = true;
      this.listener.accepted();
    } else if (said.type === "received") this.#received = said.stamp;
    else this.#end(said.code, FINAL.has(said.code) && !("temporary" in said && said.temporary));
  }

  #second(): void {
    if (!this.#open) return;
    const behind = this.#behind();
    this.rate.second(behind, this.#pictures ? this.#skipped / this.#pictures : 0);
    this.listener.second({
      behind,
      bits: this.#bits,
      trusted: this.rate.bitrate,
      softness: this.rate.softness,
      quality: this.rate.size.name,
    });
    this.#bits = this.#pictures = this.#skipped = 0;
    if (behind > TOO_FAR / 2 && performance.now() - this.#heardAt > DEAD)
      this.#end("connection_lost", false);
  }

  #end(code: string, final: boolean, tell = true): void {
    if (this.#over) return;
    this.#over = true;
    this.#open = false;
    clearInterval(this.#timer);
    this.source.sink = null;
    this.#dropVideo();
    this.#dropAudio();
    this.#socket.close();
    if (tell) this.listener.closed(code, final);
  }

  #dropVideo(): void {
    if (this.#video && this.#video.state !== "closed") this.#video.close();
    this.#video = null;
    this.#shape = "";
    this.#keyAt = -Infinity;
  }

  #dropAudio(): void {
    if (this.#audio && this.#audio.state !== "closed") this.#audio.close();
    this.#audio = null;
    this.#continuity = new Continuity();
    this.#finishing = false;
  }

  /** What the encoder has is still sent. Only then may another begin, or the two would send sound of
   *  two moments by turns. */
  #finishAudio(): void {
    const old = this.#audio!;
    const over = () => {
      if (this.#audio === old) this.#dropAudio();
    };
    this.#finishing = true;
    old.flush().then(over, over);
  }
}

function bytesOf(source: AllowSharedBufferSource): Uint8Array {
  return ArrayBuffer.isView(source)
    ? new Uint8Array(source.buffer, source.byteOffset, source.byteLength)
    : new Uint8Array(source);
}
