/** How far a drop has come for the person who looks at it. */
import type { DropCue, Hold, RoomDrop } from "../contract";

/** `gone`: nobody can take a piece now, and what is held may come back. `over`: nobody gets one any
 *  more, but what is held may still be paid for. `ended`: everything is decided. */
export type Phase = "coming" | "open" | "gone" | "mine" | "over" | "ended";

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
  if (hold && hold.drop_id === drop.drop_id) return "mine";
  if (room && room.sold !== null) return "ended";
  if (room?.closed || now >= Date.parse(drop.closes_at)) return "over";
  if (now < Date.parse(drop.opens_at)) return "coming";
  return left === 0 ? "gone" : "open";
}

/** Seconds until a moment, never below none. */
export const secondsUntil = (moment: string, now: number): number =>
  Math.max(0, (Date.parse(moment) - now) / 1000);
