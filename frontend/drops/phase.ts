/** How far a drop has come for the person who looks at it. */
import type { DropCue, Hold, RoomDrop } from "../contract";

export type Phase = "coming" | "open" | "gone" | "mine" | "over";

export interface Facts {
  drop: DropCue["payload"];
  /** What the room says of this drop; null until it has spoken. */
  room: RoomDrop | null;
  /** Pieces that nobody has, by the server; null where it has not said. */
  left: number | null;
  hold: Hold | null;
  /** Milliseconds since the epoch, by the server's clock. */
  now: number;
}

export function phaseOf({ drop, room, left, hold, now }: Facts): Phase {
  if (holds(hold, drop)) return "mine";
  if (room?.closed || now >= Date.parse(drop.closes_at)) return "over";
  if (now < Date.parse(drop.opens_at)) return "coming";
  return left === 0 ? "gone" : "open";
}

/** What is held is of the drop: its goods at its price. */
const holds = (hold: Hold | null, { sku, price }: DropCue["payload"]): boolean =>
  hold?.lines.some((line) => line.sku === sku && line.unit_price.amount === price.amount) ?? false;

/** Seconds until a moment, never below none. */
export const secondsUntil = (moment: string, now: number): number =>
  Math.max(0, (Date.parse(moment) - now) / 1000);
