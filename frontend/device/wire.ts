/** The binary messages of a publisher (docs/operate/publishing.md). */
export const SUBPROTOCOL = "showfloor.publish.v1";
export type Sound = "aac" | "opus";

const HELLO = 1;
const VIDEO_CONFIG = 2;
const AUDIO_CONFIG = 3;
const VIDEO = 4;
const AUDIO = 5;
const HEAD = 10;
const CODECS: Record<Sound, number> = { aac: 0, opus: 1 };

/** What the server says, as JSON. */
export type Said =
  | { type: "accepted" }
  | { type: "received"; stamp: number }
  | { type: "refused"; code: string; temporary: boolean }
  | { type: "closed"; code: string };

export function hello(key: string, sound: Sound): Uint8Array<ArrayBuffer> {
  return join([HELLO], new TextEncoder().encode(JSON.stringify({ key, sound })));
}

export const videoConfig = (record: Uint8Array): Uint8Array<ArrayBuffer> =>
  join([VIDEO_CONFIG], record);

export const audioConfig = (sound: Sound, record: Uint8Array): Uint8Array<ArrayBuffer> =>
  join([AUDIO_CONFIG, CODECS[sound]], sound === "aac" ? record : new Uint8Array());

/** `stamp` is microseconds. */
export const video = (stamp: number, key: boolean, chunk: Chunk): Uint8Array<ArrayBuffer> =>
  frame(VIDEO, key ? 1 : 0, stamp, chunk);

export const audio = (stamp: number, sound: Sound, chunk: Chunk): Uint8Array<ArrayBuffer> =>
  frame(AUDIO, CODECS[sound], stamp, chunk);

/** An encoder's output, as far as it is needed here. */
export interface Chunk {
  readonly byteLength: number;
  copyTo(target: Uint8Array<ArrayBuffer>): void;
}

function frame(kind: number, flags: number, stamp: number, chunk: Chunk): Uint8Array<ArrayBuffer> {
  const message = new Uint8Array(HEAD + chunk.byteLength);
  message[0] = kind;
  message[1] = flags;
  new DataView(message.buffer).setBigInt64(2, BigInt(Math.round(stamp)));
  chunk.copyTo(message.subarray(HEAD));
  return message;
}

function join(head: number[], rest: Uint8Array): Uint8Array<ArrayBuffer> {
  const message = new Uint8Array(head.length + rest.length);
  message.set(head);
  message.set(rest, head.length);
  return message;
}
