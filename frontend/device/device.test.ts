import { describe, expect, it } from "vitest";
import { troubleOf, constraints, isThere, type Choice } from "./camera";
import { middle } from "./crop";
import { Level, STEPS } from "./level";
import { LEAST, MOST, Rate, SIZES } from "./rate";
import { Figures, type Line } from "./stats";
import { TrackClock } from "./track-clock";
import { chooseWay } from "./transport";
import * as wire from "./wire";

const chunk = (...bytes: number[]): wire.Chunk => ({
  byteLength: bytes.length,
  copyTo: (target) => target.set(bytes),
});

describe("messages", () => {
  it("are what the server reads", () => {
    expect([...wire.video(1.5e6, true, chunk(7, 8))]).toEqual([
      4, 1, 0, 0, 0, 0, 0, 0x16, 0xe3, 0x60, 7, 8,
    ]);
    expect([...wire.audio(-1000, "opus", chunk(9))]).toEqual([
      5, 1, 255, 255, 255, 255, 255, 255, 0xfc, 0x18, 9,
    ]);
    expect([...wire.videoConfig(new Uint8Array([1, 2]))]).toEqual([2, 1, 2]);
    expect([...wire.audioConfig("aac", new Uint8Array([17, 144]))]).toEqual([3, 0, 17, 144]);
    expect([...wire.audioConfig("opus", new Uint8Array([1]))]).toEqual([3, 1]);
  });

  it("begin with the key, never in an address", () => {
    const message = wire.hello("pt_é", "opus");
    expect(message[0]).toBe(1);
    expect(JSON.parse(new TextDecoder().decode(message.subarray(1)))).toEqual({
      key: "pt_é",
      sound: "opus",
    });
  });
});

describe("a track's clock", () => {
  const feed = (clock: TrackClock, from: number, zero: number, delays: number[]): void =>
    delays.forEach((delay, index) => {
      const stamp = from + index * 100_000;
      clock.observe(stamp, stamp + zero + delay);
    });

  it("lays both tracks on the page's clock, whatever they count from", () => {
    const camera = new TrackClock();
    const microphone = new TrackClock();
    feed(camera, 0, 5e9, [80_000, 10_000, 40_000, 12_000, 30_000, 20_000, 11_000, 15_000]);
    feed(
      microphone,
      7e9,
      5e9 - 7e9,
      [100_000, 90_000, 9_000, 30_000, 10_000, 10_000, 9_500, 9_000],
    );
    expect(camera.settled && microphone.settled).toBe(true);
    expect(Math.abs(camera.at(400_000) - microphone.at(7e9 + 400_000))).toBeLessThan(2_000);
  });

  it("follows a crystal slowly and never jumps", () => {
    const clock = new TrackClock();
    feed(clock, 0, 0, Array(10).fill(10_000));
    const before = clock.at(0);
    feed(clock, 1_000_000, 0, Array(120).fill(90_000));
    expect(clock.at(0) - before).toBeGreaterThan(0);
    expect(clock.at(0) - before).toBeLessThanOrEqual(4_000);
  });
});

describe("the bit rate", () => {
  const seconds = (rate: Rate, count: number, behind: number, skipped = 0): void => {
    for (let second = 0; second < count; second++) rate.second(behind, skipped);
  };

  it("starts with the whole picture and stays there on a good uplink", () => {
    const rate = new Rate();
    seconds(rate, 30, 100);
    expect([rate.bitrate, rate.size.name, rate.softness]).toEqual([MOST, "720p", null]);
  });

  it("falls when the server is behind, says why, and comes back", () => {
    const rate = new Rate();
    seconds(rate, 4, 1500);
    expect(rate.size.name).toBe("480p");
    expect(rate.softness).toBe("network");
    seconds(rate, 40, 4000);
    expect([rate.bitrate, rate.size.name]).toEqual([LEAST, SIZES.at(-1)!.name]);
    seconds(rate, 120, 100);
    expect([rate.bitrate, rate.size.name, rate.softness]).toEqual([MOST, "720p", null]);
  });

  it("does not go to and fro between two sizes", () => {
    const rate = new Rate();
    seconds(rate, 3, 1200);
    const sizes = [rate.size.name];
    for (let round = 0; round < 10; round++) {
      for (const behind of [100, 100, 100, 100, 100, 1200]) {
        rate.second(behind, 0);
        if (rate.size.name !== sizes.at(-1)) sizes.push(rate.size.name);
      }
    }
    expect(sizes).toEqual(["480p", "360p"]);
  });

  it("takes a smaller picture where the encoder has no time, and stays with it", () => {
    const rate = new Rate();
    seconds(rate, 3, 100, 0.5);
    seconds(rate, 60, 100);
    expect([rate.size.name, rate.softness]).toEqual(["480p", "device"]);
  });
});

describe("the voice level", () => {
  const tone = (peak: number): Float32Array =>
    Float32Array.from({ length: 480 }, (_, index) => peak * Math.sin(index / 5));
  const after = (peak: number, seconds = 4): Level => {
    const level = new Level();
    for (let at = 0; at < seconds * 1e6; at += 10_000) level.hear(tone(peak), at);
    return level;
  };

  it.each([
    [0, "silent"],
    [0.001, "silent"],
    [0.01, "quiet"],
    [0.2, "good"],
    [1, "loud"],
  ])("says of a peak of %f: %s", (peak, word) => {
    expect(after(peak).loudness).toBe(word);
  });

  it("does not call the first second silent", () => {
    expect(after(0, 1).loudness).toBe("quiet");
  });

  it("lights more steps for a louder voice", () => {
    const steps = [0.001, 0.05, 0.5, 1].map((peak) => after(peak).step);
    expect(steps).toEqual([...steps].sort((a, b) => a - b));
    expect(steps.at(-1)).toBe(STEPS);
  });
});

describe("the picture", () => {
  it("is cut from the middle, on even pixels", () => {
    const whole = { x: 1312, y: 0, width: 1216, height: 2160 };
    expect(middle(whole, 9 / 16)).toEqual({ x: 1312, y: 0, width: 1214, height: 2160 });
    const wide = { x: 0, y: 0, width: 1280, height: 720 };
    expect(middle(wide, 9 / 16)).toEqual({ x: 438, y: 0, width: 404, height: 720 });
    expect(middle(wide, 16 / 9)).toEqual(wide);
  });
});

describe("the camera", () => {
  it.each([
    ["NotAllowedError", "refused"],
    ["NotFoundError", "missing"],
    ["OverconstrainedError", "missing"],
    ["NotReadableError", "taken"],
    ["Error", "taken"],
  ])("that fails with %s is %s", (name, word) => {
    expect(troubleOf(Object.assign(new Error(name), { name }))).toBe(word);
  });

  it.each([
    ["any, and there is one", {}, true],
    ["one that is there", { camera: "a", microphone: "m" }, true],
    ["one that is still unplugged", { camera: "b" }, false],
    ["a microphone that is still unplugged", { microphone: "n" }, false],
  ])("is used again when what was chosen is plugged in: %s", (_, more: Partial<Choice>, there) => {
    const any: Choice = { camera: null, microphone: null, portrait: true, facing: "user" };
    const devices = (deviceId: string) => [{ deviceId } as MediaDeviceInfo];

    expect(isThere({ ...any, ...more }, devices("a"), devices("m"))).toBe(there);
    expect(isThere(any, devices("a"), [])).toBe(false);
  });

  it("is asked for by name once it was chosen, else by the side that it faces", () => {
    const choice = { camera: null, microphone: null, portrait: true, facing: "user" } as const;
    expect(constraints(choice)).toMatchObject({
      video: { width: { ideal: 720 }, height: { ideal: 1280 }, facingMode: { ideal: "user" } },
      audio: true,
    });
    expect(constraints({ ...choice, camera: "a", microphone: "b" })).toMatchObject({
      video: { deviceId: { exact: "a" } },
      audio: { deviceId: { exact: "b" } },
    });
  });
});

describe("the way to the server", () => {
  const WHOLE = { VideoEncoder: 1, AudioEncoder: 1, MediaStreamTrackProcessor: 1 };

  it("is WebCodecs where the browser has all of it", () => {
    expect(chooseWay({ ...WHOLE, RTCPeerConnection: 1 })).toBe("webcodecs");
    expect(chooseWay(WHOLE)).toBe("webcodecs");
  });

  it.each(Object.keys(WHOLE))("is WebRTC without %s", (name) => {
    const browser: Record<string, number> = { ...WHOLE, RTCPeerConnection: 1 };
    delete browser[name];
    expect(chooseWay(browser)).toBe("whip");
  });

  it("is none where there is neither", () => {
    expect(chooseWay({ VideoEncoder: 1 })).toBeNull();
  });
});

describe("a peer connection's figures", () => {
  const lines = (bytes: number, more: Partial<Line> = {}, heard = 0): Line[] => [
    { type: "outbound-rtp", kind: "audio", bytesSent: 1000 },
    {
      type: "outbound-rtp",
      kind: "video",
      bytesSent: bytes,
      frameWidth: 720,
      frameHeight: 1280,
      ...more,
    },
    { type: "candidate-pair", nominated: false, availableOutgoingBitrate: 1 },
    {
      type: "candidate-pair",
      nominated: true,
      availableOutgoingBitrate: 900_000,
      currentRoundTripTime: 0.08,
    },
    { type: "remote-inbound-rtp", kind: "video", timestamp: heard },
  ];

  it("say what was sent in one second, and how far the server is", () => {
    const figures = new Figures(0);
    figures.read(lines(100_000), 1000);
    expect(figures.read(lines(225_000), 2000)).toEqual({
      behind: 40,
      bits: 1_000_000,
      trusted: 900_000,
      softness: null,
      quality: "720p",
    });
  });

  it.each([
    ["bandwidth", "network"],
    ["cpu", "device"],
    ["none", null],
  ])("call a picture limited by %s: %s", (reason, softness) => {
    const second = new Figures(0).read(lines(1, { qualityLimitationReason: reason }), 1000);
    expect(second.softness).toBe(softness);
  });

  it("never trust the uplink with more than is ever sent", () => {
    const rich = lines(1).map((line) =>
      line.nominated ? { ...line, availableOutgoingBitrate: 5e7 } : line,
    );
    expect(new Figures(0).read(rich, 1000).trusted).toBe(MOST);
  });

  it("notice when the server says nothing any more", () => {
    const figures = new Figures(0);
    figures.read(lines(1, {}, 500), 1000);
    figures.read(lines(2, {}, 500), 2000);
    figures.read(lines(3, {}, 500), 6000);
    expect(figures.silent(6000)).toBe(5000);
    figures.read(lines(4, {}, 6500), 7000);
    expect(figures.silent(7000)).toBe(0);
  });
});
