/** What a peer connection's own figures say of one second (W3C webrtc-stats). */
import { MOST, type Softness } from "./rate";
import type { Second } from "./transport";

/** The members that are read; the platform's own types leave them out. */
export interface Line {
  readonly type: string;
  readonly kind?: string;
  readonly timestamp?: number;
  readonly bytesSent?: number;
  readonly frameWidth?: number;
  readonly frameHeight?: number;
  readonly qualityLimitationReason?: string;
  readonly nominated?: boolean;
  readonly availableOutgoingBitrate?: number;
  readonly currentRoundTripTime?: number;
}

export class Figures {
  #bytes = 0;
  #heard = 0;
  #heardAt: number;

  constructor(now: number) {
    this.#heardAt = now;
  }

  /** After a second; `now` is milliseconds. */
  read(lines: Iterable<Line>, now: number): Second {
    let bytes = 0;
    let trusted: number | undefined;
    let roundTrip = 0;
    let softness: Softness = null;
    let quality = "";
    for (const line of lines) {
      if (line.type === "outbound-rtp") bytes += line.bytesSent ?? 0;
      if (line.type === "outbound-rtp" && line.kind === "video") {
        softness = softnessOf(line.qualityLimitationReason);
        if (line.frameHeight)
          quality = `${Math.min(line.frameHeight, line.frameWidth ?? Infinity)}p`;
      }
      if (line.type === "candidate-pair" && line.nominated) {
        trusted = line.availableOutgoingBitrate;
        roundTrip = line.currentRoundTripTime ?? 0;
      }
      if (line.type === "remote-inbound-rtp") this.#hear(line.timestamp ?? 0, now);
    }
    const bits = Math.max(0, bytes - this.#bytes) * 8;
    this.#bytes = bytes;
    return {
      behind: (roundTrip * 1000) / 2,
      bits,
      trusted: Math.min(MOST, trusted ?? bits),
      softness,
      quality,
    };
  }

  /** Milliseconds since the server last said how much has arrived. */
  silent(now: number): number {
    return now - this.#heardAt;
  }

  #hear(stamp: number, now: number): void {
    if (stamp <= this.#heard) return;
    this.#heard = stamp;
    this.#heardAt = now;
  }
}

function softnessOf(reason: string | undefined): Softness {
  if (reason === "bandwidth") return "network";
  return reason === "cpu" ? "device" : null;
}
