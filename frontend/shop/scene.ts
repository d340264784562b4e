/** What stands in the picture's place, from what the room, the player and the browser report. Pure. */
import type { ShowState } from "../contract";
import type { Status } from "../player/playback";

export type Scene =
  | "live"
  | "starting"
  | "tap"
  | "back"
  | "lost"
  | "ended"
  | "replay"
  | "offline"
  | "scheduled"
  | "unplayable";

export interface Signs {
  state: ShowState;
  /** What the browser says about its network. */
  online: boolean;
  status: Status;
  /** Whether a picture of this show was ever on screen. */
  played: boolean;
  /** An ended show's recording: there is none to watch, it is offered, or somebody watches it. */
  replay: "none" | "offered" | "begun";
  /** Whether the room answers; null before the first answer. */
  roomOpen: boolean | null;
}

export function sceneOf({ state, online, status, played, replay, roomOpen }: Signs): Scene {
  if (state === "ended" && replay === "none") return "ended";
  if (state === "ended" && replay === "offered") return "replay";
  if (state === "scheduled" || state === "draft") return "scheduled";
  if (!online) return "offline";
  if (state === "interrupted" && status !== "playing") return "back";
  if (status === "unplayable") return "unplayable";
  if (status === "stuck" || (status === "waiting" && roomOpen === false)) return "lost";
  if (status === "paused" && !played) return "tap";
  return played ? "live" : "starting";
}
