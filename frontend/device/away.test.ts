import { afterEach, beforeEach, expect, test, vi } from "vitest";
import { Device } from "./device.svelte";
import type { Listener, Transport } from "./transport";

/** Connections that were asked for: each is answered by the test. */
let asked: { listener: Listener; opened: () => Promise<void>; closed: boolean }[];
const tracks = { picture: track("video"), sound: track("audio") };

function track(kind: string) {
  return { kind, muted: false, readyState: "live", enabled: true, onmute: null, onunmute: null };
}

const transport: Transport = {
  capture: () => ({ level: { step: 0, loudness: "good" }, close: () => undefined }) as never,
  connect: (_capture, _ticket, listener) =>
    new Promise((done) => {
      const one = {
        listener,
        closed: false,
        opened: async () => {
          done({ use: () => undefined, close: () => (one.closed = true) });
          await settled();
          if (!one.closed) listener.accepted();
        },
      };
      asked.push(one);
    }),
};
vi.mock("./transport", async (actual) => ({
  ...(await actual<object>()),
  chooseWay: () => "webcodecs",
  load: async () => transport,
}));

const settled = () => vi.advanceTimersByTimeAsync(0);

beforeEach(() => {
  vi.useFakeTimers();
  asked = [];
  const stream = {
    getTracks: () => Object.values(tracks),
    getVideoTracks: () => [tracks.picture],
    getAudioTracks: () => [tracks.sound],
  };
  const heard = { addEventListener: () => undefined, removeEventListener: () => undefined };
  vi.stubGlobal("window", {});
  vi.stubGlobal("isSecureContext", true);
  vi.stubGlobal("document", { ...heard, visibilityState: "visible" });
  vi.stubGlobal("navigator", {
    mediaDevices: {
      ...heard,
      getUserMedia: async () => stream,
      enumerateDevices: async () => [],
    },
  });
});

afterEach(() => {
  vi.useRealTimers();
  vi.unstubAllGlobals();
});

const ticket = async () => ({ websocket_url: "", whip_url: "", ticket: "" });
const happens = (name: "onmute" | "onunmute") =>
  (tracks.picture[name] as unknown as () => void).call(tracks.picture);

async function connecting(): Promise<Device> {
  const device = new Device(ticket);
  await device.open();
  device.publish();
  await settled();
  return device;
}

test("a camera that goes away while it connects sends nothing until it is back", async () => {
  const device = await connecting();
  happens("onmute");

  await asked[0]!.opened();
  expect([asked[0]!.closed, device.state]).toEqual([true, "away"]);

  happens("onunmute");
  await settled();
  expect(asked.length).toBe(2);
  await asked[1]!.opened();
  expect([asked[1]!.closed, device.state]).toEqual([false, "on"]);
  device.close();
});

test("a camera that is back before its old connection is, opens another", async () => {
  const device = await connecting();
  happens("onmute");
  happens("onunmute");

  await asked[0]!.opened();
  expect(asked.map(({ closed }) => closed)).toEqual([true, false]);
  await asked[1]!.opened();
  expect(device.state).toBe("on");
  device.close();
});

test("a camera that is away does not come back because its old connection fails", async () => {
  let refuse: (why: Error) => void = () => undefined;
  const device = new Device(() => new Promise((_, reject) => (refuse = reject)));
  await device.open();
  device.publish();
  happens("onmute");

  refuse(new TypeError("Failed to fetch"));
  await vi.advanceTimersByTimeAsync(5000);
  expect([device.state, asked.length]).toEqual(["away", 0]);
  device.close();
});
