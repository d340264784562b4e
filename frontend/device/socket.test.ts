import { afterEach, beforeEach, describe, expect, test, vi } from "vitest";
import { MOST, Rate } from "./rate";
import { SocketUplink, soundOf } from "./socket";
import type { Source, FrameSink } from "./source";
import { TrackClock } from "./track-clock";
import type { Second } from "./transport";

/** The browser's side of a WebSocket, its messages as they were sent. */
class FakeSocket {
  static readonly OPEN = 1;
  static made: FakeSocket[] = [];
  readyState = 0;
  binaryType = "";
  sent: Uint8Array[] = [];
  onopen = () => {};
  onclose = () => {};
  onmessage = (_: { data: string }) => {};

  constructor(
    readonly url: string,
    readonly protocol: string,
  ) {
    FakeSocket.made.push(this);
  }
  send(message: Uint8Array): void {
    this.sent.push(message.slice());
  }
  close(): void {
    this.readyState = 3;
  }
  opens(): void {
    this.readyState = 1;
    this.onopen();
  }
  says(message: object): void {
    this.onmessage({ data: JSON.stringify(message) });
  }
  /** The kinds of messages, by their first byte (docs/operate/publishing.md). */
  get kinds(): number[] {
    return this.sent.map(([kind]) => kind!);
  }
}

const chunk = (timestamp: number, type = "delta") => ({
  timestamp,
  type,
  byteLength: 1,
  copyTo: (target: Uint8Array) => target.set([7]),
});

interface Output {
  output: (made: unknown, metadata?: unknown) => void;
  error: (error: Error) => void;
}
/** An encoder that makes a chunk of each frame at once. */
class FakeEncoder {
  static made: FakeEncoder[] = [];
  static isConfigSupported = async () => ({ supported: true });
  state = "unconfigured";
  encodeQueueSize = 0;
  configured: Record<string, unknown>[] = [];
  encoded: { timestamp: number; keyFrame: boolean }[] = [];

  constructor(readonly init: Output) {
    FakeEncoder.made.push(this);
  }
  configure(config: Record<string, unknown>): void {
    this.state = "configured";
    this.configured.push(config);
  }
  encode({ timestamp }: { timestamp: number }, { keyFrame = false } = {}): void {
    this.encoded.push({ timestamp, keyFrame });
    const first = this.encoded.length === 1;
    const metadata = first ? { decoderConfig: { description: new Uint8Array([1, 66]) } } : {};
    this.init.output(chunk(timestamp, keyFrame ? "key" : "delta"), metadata);
  }
  async flush(): Promise<void> {}
  close(): void {
    this.state = "closed";
  }
}
class FakeVideoEncoder extends FakeEncoder {}
class FakeAudioEncoder extends FakeEncoder {}

class FakeFrame {
  static open = 0;
  readonly timestamp: number;
  readonly visibleRect: { x: number; y: number; width: number; height: number };
  constructor(of: { timestamp: number }, init: { visibleRect?: FakeFrame["visibleRect"] } = {}) {
    FakeFrame.open += 1;
    this.timestamp = of.timestamp;
    this.visibleRect = init.visibleRect ?? { x: 0, y: 0, width: 1280, height: 720 };
  }
  close(): void {
    FakeFrame.open -= 1;
  }
}

const clock = { at: (stamp: number) => stamp } as TrackClock;
const ticket = { websocket_url: "wss://shop/publish", whip_url: "", ticket: "pt_1" };
let source: Source;
let said: unknown[];
let seconds: Second[];
const listener = {
  accepted: () => void said.push("accepted"),
  second: (second: Second) => void seconds.push(second),
  closed: (code: string, final: boolean) => void said.push([code, final]),
};

const picture = (sink: FrameSink, timestamp: number, by: TrackClock = clock): void =>
  sink.picture(new FakeFrame({ timestamp }) as unknown as VideoFrame, by);
const sound = (sink: FrameSink, timestamp: number, by: TrackClock = clock): { closed: boolean } => {
  const data = {
    timestamp,
    sampleRate: 48_000,
    numberOfFrames: 960,
    numberOfChannels: 6,
    closed: false,
    close: () => void (data.closed = true),
  };
  sink.sound(data as unknown as AudioData, by);
  return data;
};
const made = (kind: typeof FakeEncoder) => FakeEncoder.made.filter((each) => each instanceof kind);

function connected(ratio = 9 / 16): { uplink: SocketUplink; socket: FakeSocket } {
  source = { sink: null, ratio } as unknown as Source;
  const uplink = new SocketUplink(source, ticket, "opus", new Rate(), listener);
  const socket = FakeSocket.made.at(-1)!;
  socket.opens();
  socket.says({ type: "accepted" });
  return { uplink, socket };
}

beforeEach(() => {
  vi.useFakeTimers();
  [said, seconds] = [[], []];
  FakeFrame.open = 0;
  FakeSocket.made = [];
  FakeEncoder.made = [];
  vi.stubGlobal("WebSocket", FakeSocket);
  vi.stubGlobal("VideoEncoder", FakeVideoEncoder);
  vi.stubGlobal("AudioEncoder", FakeAudioEncoder);
  vi.stubGlobal("VideoFrame", FakeFrame);
});
afterEach(() => {
  vi.useRealTimers();
  vi.unstubAllGlobals();
});

test("the browser's own AAC is taken where it has one", async () => {
  expect(await soundOf()).toBe("aac");
  FakeAudioEncoder.isConfigSupported = async () => ({ supported: false });
  expect(await soundOf()).toBe("opus");
});

describe("before the server has accepted", () => {
  test("the key is said in the first message, and no picture is sent", () => {
    source = { sink: null, ratio: 1 } as unknown as Source;
    const uplink = new SocketUplink(source, ticket, "aac", new Rate(), listener);
    const socket = FakeSocket.made[0]!;
    expect([socket.url, socket.protocol, socket.binaryType]).toEqual([
      "wss://shop/publish",
      "showfloor.publish.v1",
      "arraybuffer",
    ]);
    socket.opens();

    picture(uplink, 0);
    const data = sound(uplink, 0);

    expect(socket.kinds).toEqual([1]);
    expect(new TextDecoder().decode(socket.sent[0]!.subarray(1))).toContain("pt_1");
    expect([FakeFrame.open, data.closed, said]).toEqual([0, true, []]);
  });

  test("a refusal that is meant is final, one for the moment is not", () => {
    for (const [message, final] of [
      [{ type: "refused", code: "stream_key_unknown", temporary: false }, true],
      [{ type: "refused", code: "stream_key_unknown", temporary: true }, false],
      [{ type: "refused", code: "busy", temporary: false }, false],
      [{ type: "closed", code: "show_ended" }, true],
    ] as const) {
      said = [];
      new SocketUplink({ ratio: 1 } as unknown as Source, ticket, "aac", new Rate(), listener);
      const socket = FakeSocket.made.at(-1)!;
      socket.opens();

      socket.says(message);
      socket.onclose();

      expect(said).toEqual([[message.code, final]]);
      expect(socket.readyState).toBe(3);
    }
  });
});

describe("pictures", () => {
  test("are encoded in the host's shape, described before the first, every frame given back", () => {
    const { uplink, socket } = connected();

    picture(uplink, 0);
    picture(uplink, 33_000);

    const [encoder] = made(FakeVideoEncoder);
    expect(encoder!.configured).toHaveLength(1);
    expect(encoder!.configured[0]).toMatchObject({ width: 720, height: 1280, bitrate: MOST });
    expect(socket.kinds).toEqual([1, 2, 4, 4]);
    expect(FakeFrame.open).toBe(0);
  });

  test("lie across for a wide show", () => {
    picture(connected(16 / 9).uplink, 0);

    expect(made(FakeVideoEncoder)[0]!.configured[0]).toMatchObject({ width: 1280, height: 720 });
  });

  test("begin a group every two seconds", () => {
    const { uplink } = connected();
    for (let stamp = 0; stamp <= 4_000_000; stamp += 500_000) picture(uplink, stamp);

    const keys = made(FakeVideoEncoder)[0]!.encoded.filter(({ keyFrame }) => keyFrame);
    expect(keys.map(({ timestamp }) => timestamp)).toEqual([0, 2_000_000, 4_000_000]);
  });

  test("that the encoder has no time for are left out and counted", () => {
    const { uplink } = connected();
    picture(uplink, 0);
    made(FakeVideoEncoder)[0]!.encodeQueueSize = 4;
    picture(uplink, 33_000);
    picture(uplink, 66_000);

    expect(made(FakeVideoEncoder)[0]!.encoded).toHaveLength(1);
    expect(FakeFrame.open).toBe(0);
    // Two of three were skipped: after three such seconds the picture is smaller.
    for (let second = 0; second < 3; second++) {
      picture(uplink, 100_000 + second);
      vi.advanceTimersByTime(1000);
    }
    expect(uplink.rate.softness).toBe("device");
  });

  test("stop while the server is too far behind, and the voice goes on", () => {
    const { uplink, socket } = connected();
    picture(uplink, 0);
    socket.says({ type: "received", stamp: 1 });
    picture(uplink, 3_000_000);
    const before = socket.sent.length;

    picture(uplink, 3_033_000);
    expect(socket.sent.length).toBe(before);
    sound(uplink, 3_033_000);
    expect(socket.kinds.slice(before)).toEqual([3, 5]);

    socket.says({ type: "received", stamp: 3_000_000 });
    picture(uplink, 3_066_000);
    expect(socket.kinds.at(-1)).toBe(4);
  });

  test("of an encoder that broke go on in a new one, with a whole picture", () => {
    const { uplink, socket } = connected();
    picture(uplink, 0);
    made(FakeVideoEncoder)[0]!.init.error(new Error("lost"));

    picture(uplink, 33_000);

    const [old, fresh] = made(FakeVideoEncoder);
    expect([old!.state, fresh!.encoded]).toEqual([
      "closed",
      [{ timestamp: 33_000, keyFrame: true }],
    ]);
    expect(socket.kinds).toEqual([1, 2, 4, 2, 4]);
  });

  test("of another camera get a clock and an encoder of their own", () => {
    const { uplink } = connected();
    picture(uplink, 0);
    const other = { sink: null, ratio: 9 / 16 } as unknown as Source;
    uplink.use(other);

    expect([source.sink, other.sink]).toEqual([null, uplink]);
    picture(uplink, 5, { at: () => 40_000 } as unknown as TrackClock);
    expect(made(FakeVideoEncoder).map(({ state }) => state)).toEqual(["closed", "configured"]);
  });
});

test("the voice is encoded in two channels at most, and described once", () => {
  const { uplink, socket } = connected();
  const data = [sound(uplink, 0), sound(uplink, 20_000)];

  const [encoder] = made(FakeAudioEncoder);
  expect(encoder!.configured).toEqual([
    expect.objectContaining({ codec: "opus", numberOfChannels: 2, sampleRate: 48_000 }),
  ]);
  expect(socket.kinds).toEqual([1, 3, 5, 5]);
  expect(data.every(({ closed }) => closed)).toBe(true);
});

describe("sound that the device lost", () => {
  const stamps = () =>
    made(FakeAudioEncoder).map(({ encoded }) => encoded.map(({ timestamp }) => timestamp / 1000));

  test("moves what comes after it: an encoder begins anew at its stamp", async () => {
    const { uplink } = connected();
    for (const stamp of [0, 20_000, 40_000, 160_000]) sound(uplink, stamp);
    await vi.advanceTimersByTimeAsync(0);
    for (const stamp of [180_000, 200_000]) sound(uplink, stamp);

    expect(stamps()).toEqual([
      [0, 20, 40],
      [180, 200],
    ]);
    expect(made(FakeAudioEncoder).map(({ state }) => state)).toEqual(["closed", "configured"]);
  });

  test("is sent in order: the next encoder waits until the one before has sent what it has", async () => {
    const { uplink } = connected();
    let flushed = () => {};
    sound(uplink, 0);
    made(FakeAudioEncoder)[0]!.flush = () => new Promise((done) => (flushed = done));
    for (const stamp of [160_000, 180_000]) sound(uplink, stamp);
    expect(made(FakeAudioEncoder)).toHaveLength(1);

    flushed();
    await vi.advanceTimersByTimeAsync(0);
    sound(uplink, 200_000);
    expect(stamps()).toEqual([[0], [200]]);
  });

  test("counts although each loss alone would not be noticed", async () => {
    const { uplink } = connected();
    for (let piece = 0; piece < 12; piece++) {
      sound(uplink, piece * 25_000);
      await vi.advanceTimersByTimeAsync(0);
    }

    // 5 ms are lost with each: the tenth is 45 ms later than its samples say.
    expect(stamps().map(({ length }) => length)).toEqual([9, 2]);
  });

  test("is no loss where stamps are rounded", () => {
    const { uplink } = connected();
    for (let piece = 0; piece < 100; piece++) sound(uplink, piece * 20_000 + (piece % 3) * 900);

    expect(made(FakeAudioEncoder)).toHaveLength(1);
  });

  test("is sound that waits too long for its encoder", async () => {
    const { uplink } = connected();
    sound(uplink, 0);
    made(FakeAudioEncoder)[0]!.encodeQueueSize = 50;
    const late = sound(uplink, 20_000);
    made(FakeAudioEncoder)[0]!.encodeQueueSize = 0;
    sound(uplink, 120_000);
    await vi.advanceTimersByTimeAsync(0);
    sound(uplink, 140_000);

    expect(late.closed).toBe(true);
    expect(stamps()).toEqual([[0], [140]]);
  });

  test("of another microphone does not wait, and the old encoder's fault ends only itself", async () => {
    const { uplink } = connected();
    sound(uplink, 0);
    const [old] = made(FakeAudioEncoder);
    old!.flush = () => new Promise(() => {});
    sound(uplink, 160_000);
    const other = { at: () => 0 } as unknown as TrackClock;
    sound(uplink, 5, other);
    old!.init.error(new Error("late"));
    sound(uplink, 20_005, other);

    expect(stamps()).toEqual([[0], [0.005, 20.005]]);
  });
});

describe("every second", () => {
  test("says what was sent and how far the server is behind", () => {
    const { uplink, socket } = connected();
    picture(uplink, 100_000);
    socket.says({ type: "received", stamp: 40_000 });

    vi.advanceTimersByTime(1000);
    vi.advanceTimersByTime(1000);

    // Two messages: kind and record (3 bytes), then a head of 10 bytes and one of picture.
    expect(seconds[0]).toEqual({
      behind: 60,
      bits: (3 + 11) * 8,
      trusted: MOST,
      softness: null,
      quality: "720p",
    });
    expect(seconds[1]).toMatchObject({ bits: 0, behind: 60 });
  });

  test("ends a connection over which nothing comes back any more", () => {
    const { uplink, socket } = connected();
    picture(uplink, 0);
    socket.says({ type: "received", stamp: 1 });
    picture(uplink, 2_000_000);

    vi.advanceTimersByTime(5000);
    expect(said).toEqual(["accepted"]);
    vi.advanceTimersByTime(1000);

    expect(said).toEqual(["accepted", ["connection_lost", false]]);
    expect(made(FakeVideoEncoder)[0]!.state).toBe("closed");
    vi.advanceTimersByTime(10_000);
    expect(seconds).toHaveLength(6);
  });
});

test("a connection that this device closes says nothing more", () => {
  const { uplink, socket } = connected();
  picture(uplink, 0);
  const before = socket.sent.length;

  uplink.close();
  socket.onclose();
  picture(uplink, 33_000);
  vi.advanceTimersByTime(5000);

  expect([said, seconds, source.sink]).toEqual([["accepted"], [], null]);
  expect(socket.sent.length).toBe(before);
  expect(FakeFrame.open).toBe(0);
});
