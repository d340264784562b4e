import { afterEach, beforeEach, expect, test, vi } from "vitest";
import { Device } from "./device.svelte";
import type { Listener, Transport } from "./transport";

/** Connections that were asked for: each is answered by the test. */
let asked: { listener: Listener; opened: () => Promise<void>; closed: boolean }[];
const tracks = { picture: track("video"), sound: track("audio") };

function track(kind: string) {
  return {
    ...{ kind, muted: false, readyState: "live", enabled: true },
    ...{ onmute: null, onunmute: null, onended: null },
    getSettings: () => ({ deviceId: `usb ${kind}` }),
  };
}
/** What is plugged in, and the cameras that were asked for by name. */
let plugged: { kind: string; deviceId: string }[];
let askedFor: unknown[];
let plugs: () => Promise<void>;

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
  plugged = [];
  askedFor = [];
  tracks.picture.readyState = tracks.sound.readyState = "live";
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
      removeEventListener: () => undefined,
      addEventListener: (_name: string, run: () => Promise<void>) => (plugs = run),
      getUserMedia: async ({ video }: { video: MediaTrackConstraints }) => {
        askedFor.push(video.deviceId);
        tracks.picture.readyState = tracks.sound.readyState = "live";
        return stream;
      },
      enumerateDevices: async () => plugged,
    },
  });
});

afterEach(() => {
  vi.useRealTimers();
  vi.unstubAllGlobals();
});

const ticket = async () => ({ websocket_url: "", whip_url: "", ticket: "" });
const happens = (name: "onmute" | "onunmute" | "onended", to = tracks.picture) =>
  (to[name] as unknown as () => void).call(to);
const pulled = (which: typeof tracks.picture) => {
  which.readyState = "ended";
  happens("onended", which);
};

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

test("only the camera that was pulled out comes back by itself, never another one", async () => {
  const device = await connecting();
  await asked[0]!.opened();
  pulled(tracks.picture);
  expect([device.state, device.trouble]).toEqual(["away", "gone"]);

  const others = ["built in", "virtual"].map((deviceId) => ({ kind: "videoinput", deviceId }));
  const microphone = { kind: "audioinput", deviceId: "usb audio" };
  plugged = [...others, microphone];
  await plugs();
  expect([device.state, asked.length, askedFor.length]).toEqual(["away", 1, 1]);

  plugged = [...plugged, { kind: "videoinput", deviceId: "usb video" }];
  await plugs();
  await settled();
  expect(askedFor.at(-1)).toEqual({ exact: "usb video" });
  await asked[1]!.opened();
  expect(device.state).toBe("on");
  device.close();
});

test("a camera that is back does not hide that the microphone is gone", async () => {
  const device = await connecting();
  await asked[0]!.opened();
  pulled(tracks.sound);
  happens("onmute");
  happens("onunmute");
  await settled();

  expect([device.state, device.trouble, asked.length]).toEqual(["away", "gone_microphone", 1]);
  device.close();
});
