/** Asking for the camera and the microphone, and what to say when that fails. */
import { chooseWay } from "./transport";

export interface Choice {
  readonly camera: string | null;
  readonly microphone: string | null;
  readonly portrait: boolean;
  /** Of the cameras of a phone; null where one is chosen by name. */
  readonly facing: "user" | "environment" | null;
}

export type Trouble =
  | "refused"
  | "missing"
  | "taken"
  | "insecure"
  | "unsupported"
  | "gone"
  | "gone_microphone"
  | "away";

/** What ends when a device is there again, without anybody pressing a button. */
export const MISSED: ReadonlySet<Trouble | null> = new Set<Trouble | null>([
  "missing",
  "gone",
  "gone_microphone",
]);

/** Whether what was chosen, or any where nothing was, is plugged in. */
export function isThere(
  choice: Choice,
  cameras: readonly MediaDeviceInfo[],
  microphones: readonly MediaDeviceInfo[],
): boolean {
  const has = (devices: readonly MediaDeviceInfo[], chosen: string | null): boolean =>
    chosen === null ? devices.length > 0 : devices.some(({ deviceId }) => deviceId === chosen);
  return has(cameras, choice.camera) && has(microphones, choice.microphone);
}

/** Whether this browser can publish at all. */
export function trouble(): Trouble | null {
  if (!isSecureContext || !navigator.mediaDevices) return "insecure";
  return chooseWay(window) ? null : "unsupported";
}

/** What went wrong, by the name of the browser's error (Media Capture and Streams §10.2.5). */
export function troubleOf(error: unknown): Trouble {
  const name = error instanceof Error ? error.name : "";
  if (name === "NotAllowedError" || name === "SecurityError") return "refused";
  if (name === "NotFoundError" || name === "OverconstrainedError") return "missing";
  return "taken";
}

export function constraints(choice: Choice): MediaStreamConstraints {
  const [width, height] = choice.portrait ? [720, 1280] : [1280, 720];
  const camera: MediaTrackConstraints = {
    width: { ideal: width },
    height: { ideal: height },
    frameRate: { ideal: 30, max: 30 },
  };
  if (choice.camera) camera.deviceId = { exact: choice.camera };
  else if (choice.facing) camera.facingMode = { ideal: choice.facing };
  return {
    video: camera,
    audio: choice.microphone ? { deviceId: { exact: choice.microphone } } : true,
  };
}
