import { afterEach, beforeEach, expect, test, vi } from "vitest";
import type { Tracks } from "./tracks";
import type { Second, Uplink } from "./transport";
import { Whip } from "./whip";

interface Sender {
  track: unknown;
  transport: { state: string; onstatechange: () => void };
  replaceTrack(track: unknown): void;
}
/** A peer connection whose state the test sets. */
class FakePeer {
  static made: FakePeer[] = [];
  connectionState = "new";
  onconnectionstatechange = () => {};
  localDescription: { sdp: string } | null = null;
  remote: unknown = null;
  lines: object[] = [];
  closed = false;
  transceivers: { kind: unknown; init: object; sender: Sender; codecs: string[] }[] = [];

  constructor() {
    FakePeer.made.push(this);
  }
  addTransceiver(kind: unknown, init: object) {
    const sender: Sender = {
      track: kind,
      transport: { state: "connected", onstatechange: () => {} },
      replaceTrack: (track) => void (sender.track = track),
    };
    const made = { kind, init, sender, codecs: [] as string[] };
    this.transceivers.push(made);
    return {
      ...made,
      setCodecPreferences: (codecs: { mimeType: string }[]) =>
        void (made.codecs = codecs.map(({ mimeType }) => mimeType)),
    };
  }
  getSenders() {
    return this.transceivers.map(({ sender }) => sender);
  }
  async setLocalDescription() {
    this.localDescription = { sdp: "v=0 offer" };
  }
  async setRemoteDescription(answer: unknown) {
    this.remote = answer;
  }
  async getStats() {
    return new Map(this.lines.map((line, at) => [String(at), line]));
  }
  becomes(state: string): void {
    this.connectionState = state;
    this.onconnectionstatechange();
  }
  close(): void {
    this.closed = true;
  }
}

const ticket = { websocket_url: "", whip_url: "https://shop.example/whip", ticket: "pt_1" };
const camera = { kind: "video", contentHint: "" };
const microphone = { kind: "audio" };
/** `null` where there is none. */
const tracks = (picture: object = camera, sound: object | null = microphone) =>
  ({ picture: async () => picture, sound: sound ?? undefined }) as unknown as Tracks;

let asked: { method: string; url: string; init: RequestInit }[];
let answers: Record<string, () => Promise<Response>>;
let said: unknown[];
let seconds: Second[];
const listener = {
  accepted: () => void said.push("accepted"),
  second: (second: Second) => void seconds.push(second),
  closed: (code: string, final: boolean) => void said.push([code, final]),
};
const created = async () =>
  new Response("v=0 answer", { status: 201, headers: { Location: "/whip/sessions/7" } });
const flush = () => vi.advanceTimersByTimeAsync(0);

async function begun(capture = tracks()): Promise<{ uplink: Uplink<Tracks>; peer: FakePeer }> {
  const uplink = await new Whip().connect(capture, ticket, listener);
  await flush();
  return { uplink, peer: FakePeer.made.at(-1)! };
}
async function connected() {
  const both = await begun();
  both.peer.becomes("connected");
  return both;
}
const heard = (stamp: number) => ({ type: "remote-inbound-rtp", timestamp: stamp });

beforeEach(() => {
  vi.useFakeTimers();
  [asked, said, seconds] = [[], [], []];
  FakePeer.made = [];
  answers = { POST: created, DELETE: async () => new Response(null, { status: 200 }) };
  vi.stubGlobal("RTCPeerConnection", FakePeer);
  vi.stubGlobal("RTCRtpSender", {
    getCapabilities: () => ({
      codecs: ["video/VP8", "video/rtx", "video/H264"].map((mimeType) => ({ mimeType })),
    }),
  });
  vi.stubGlobal("fetch", (url: string, init: RequestInit) => {
    asked.push({ method: init.method!, url, init });
    return answers[init.method!]!();
  });
});
afterEach(() => {
  vi.useRealTimers();
  vi.unstubAllGlobals();
});

test("the offer carries the ticket in a header, H.264 first, and the answer is taken", async () => {
  const { peer } = await begun();

  const [offer] = asked;
  expect([offer!.method, offer!.url, offer!.init.body]).toEqual([
    "POST",
    "https://shop.example/whip",
    "v=0 offer",
  ]);
  expect(offer!.init).toMatchObject({
    credentials: "omit",
    headers: { Authorization: "Bearer pt_1", "Content-Type": "application/sdp" },
  });
  expect(peer.transceivers[0]!.codecs).toEqual(["video/H264", "video/rtx"]);
  expect(peer.remote).toEqual({ type: "answer", sdp: "v=0 answer" });
  expect(said).toEqual([]);
  peer.becomes("connected");
  expect(said).toEqual(["accepted"]);
});

test("without a microphone the sound's place is offered all the same", async () => {
  const { peer } = await begun(tracks(camera, null));

  expect(peer.transceivers.map(({ kind }) => kind)).toEqual([camera, "audio"]);
});

test.each([
  [403, { code: "stream_key_unknown" }, ["stream_key_unknown", true]],
  [503, { code: "busy" }, ["busy", false]],
  [502, null, ["connection_lost", false]],
])("an offer that is refused with %i says why", async (status, body, expected) => {
  answers.POST = async () => new Response(body ? JSON.stringify(body) : "<html>", { status });

  const { peer } = await begun();

  expect(said).toEqual([expected]);
  expect(peer.closed).toBe(true);
  expect(asked).toHaveLength(1);
});

test("a server that is out of reach is a lost connection", async () => {
  answers.POST = () => Promise.reject(new TypeError("network"));

  await begun();

  expect(said).toEqual([["connection_lost", false]]);
});

test("a connection that does not come in eight seconds is given up, and its session ended", async () => {
  await begun();

  await vi.advanceTimersByTimeAsync(8000);
  expect(said).toEqual([]);
  await vi.advanceTimersByTimeAsync(1000);

  expect(said).toEqual([["connection_lost", false]]);
  expect(asked.map(({ method, url }) => `${method} ${url}`)).toEqual([
    "POST https://shop.example/whip",
    "DELETE https://shop.example/whip/sessions/7",
  ]);
});

test("a connection that took long is not called silent in its first second", async () => {
  const { peer } = await begun();
  await vi.advanceTimersByTimeAsync(6000);
  peer.becomes("connected");

  await vi.advanceTimersByTimeAsync(1000);
  expect(said).toEqual(["accepted"]);
  peer.lines = [heard(1)];
  await vi.advanceTimersByTimeAsync(3000);

  expect(said).toEqual(["accepted"]);
  expect(seconds).toHaveLength(4);
});

test("a server that says nothing more for four seconds is gone", async () => {
  const { peer } = await connected();
  peer.lines = [heard(1)];
  await vi.advanceTimersByTimeAsync(5000);
  expect(said).toEqual(["accepted"]);

  await vi.advanceTimersByTimeAsync(1000);

  expect(said).toEqual(["accepted", ["connection_lost", false]]);
});

test("a session that the server had ended says its reason", async () => {
  answers.DELETE = async () =>
    new Response(JSON.stringify({ code: "show_ended" }), { status: 410 });
  const { peer } = await connected();

  peer.transceivers[0]!.sender.transport.state = "closed";
  peer.transceivers[0]!.sender.transport.onstatechange();
  await flush();

  expect(said).toEqual(["accepted", ["show_ended", true]]);
  expect(asked.at(-1)!.init.keepalive).toBe(true);
});

test("another camera takes the place of the one before in the same session", async () => {
  const { uplink, peer } = await connected();
  const other = { kind: "video", contentHint: "" };

  uplink.use(tracks(other, null));
  await flush();

  expect(peer.getSenders().map(({ track }) => track)).toEqual([other, null]);
  expect(asked).toHaveLength(1);
});

test("a session that this device closes is ended without a word", async () => {
  const { uplink, peer } = await connected();

  uplink.close();
  uplink.close();
  peer.becomes("closed");
  await vi.advanceTimersByTimeAsync(10_000);

  expect(said).toEqual(["accepted"]);
  expect(asked.filter(({ method }) => method === "DELETE")).toHaveLength(1);
});

test("closed while the offer is under way, the session that it made is ended", async () => {
  let answer = (_: Response) => {};
  answers.POST = () => new Promise((resolve) => (answer = resolve));
  const { uplink, peer } = await begun();
  uplink.close();

  answer(await created());
  await flush();

  expect(asked.map(({ method }) => method)).toEqual(["POST", "DELETE"]);
  expect([peer.remote, said]).toEqual([null, []]);
});
