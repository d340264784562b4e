/** How this device's picture and sound get to the server. There are two ways, which look alike from
 *  here; the browser's abilities choose, and only the chosen one is loaded. */
import type { Level } from "./level";
import type { Softness } from "./rate";

export interface Ticket {
  readonly websocket_url: string;
  readonly whip_url: string;
  readonly ticket: string;
}

/** What happened in one second of publishing. */
export interface Second {
  /** Milliseconds between the newest picture sent and the newest that has arrived. */
  readonly behind: number;
  readonly bits: number;
  /** Bits a second that the uplink is trusted with. */
  readonly trusted: number;
  readonly softness: Softness;
  readonly quality: string;
}

export interface Listener {
  accepted(): void;
  second(second: Second): void;
  /** The connection is over. `final`: coming back by itself would be wrong. */
  closed(code: string, final: boolean): void;
}

/** A camera and a microphone, watched from now on. */
export interface Capture {
  readonly level: Level;
  /** Also ends the tracks. */
  close(): void;
}

/** One connection to the server. */
export interface Uplink<C extends Capture = Capture> {
  /** Another camera or microphone, in the middle of it. */
  use(capture: C): void;
  /** Without a word to the listener. */
  close(): void;
}

export interface Transport<C extends Capture = Capture> {
  /** `ratio` is the width of the picture that viewers see over its height. */
  capture(stream: MediaStream, ratio: number): C;
  connect(capture: C, ticket: Ticket, listener: Listener): Promise<Uplink<C>>;
}

/** Codes after which another camera, or nobody, should publish. */
export const FINAL: ReadonlySet<string> = new Set([
  "replaced",
  "show_ended",
  "stream_key_revoked",
  "stream_key_unknown",
]);

export type Way = "webcodecs" | "whip";
const WEBCODECS = ["VideoEncoder", "AudioEncoder", "MediaStreamTrackProcessor"] as const;

/** WebCodecs where it is whole: it is quicker, and cheaper for the server. */
export function chooseWay(browser: object): Way | null {
  if (WEBCODECS.every((name) => name in browser)) return "webcodecs";
  return "RTCPeerConnection" in browser ? "whip" : null;
}

export async function load(way: Way): Promise<Transport> {
  return way === "webcodecs"
    ? new (await import("./webcodecs")).WebCodecs()
    : new (await import("./whip")).Whip();
}
