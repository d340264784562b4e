/** This device as the show's camera: its picture, its sound, and the way to the server. It lives as
 *  long as its show is open in the studio, on whatever page of it. */
import { problemOf } from "../api/client";
import {
  constraints,
  isThere,
  MISSED,
  trouble,
  troubleOf,
  type Choice,
  type Trouble,
} from "./camera";
import type { Loudness } from "./level";
import { MOST, type Softness } from "./rate";
import {
  chooseWay,
  load,
  type Capture,
  type Second,
  type Ticket,
  type Transport,
  type Uplink,
} from "./transport";

const METER = 120;
const PAUSES = [100, 300, 700, 1000];
const SHOWN_SECONDS = 20;

export type DeviceState = "off" | "ready" | "connecting" | "on" | "away" | "stopped";

export class Device {
  state = $state<DeviceState>("off");
  trouble = $state<Trouble | null>(null);
  /** Why the server let this device go, or refused it: a code of the catalog. */
  refusal = $state<string | null>(null);
  stream = $state.raw<MediaStream | null>(null);
  cameras = $state.raw<MediaDeviceInfo[]>([]);
  microphones = $state.raw<MediaDeviceInfo[]>([]);
  choice = $state.raw<Choice>({
    camera: null,
    microphone: null,
    portrait: true,
    facing: "user",
  });
  step = $state(0);
  loudness = $state<Loudness | null>(null);
  muted = $state(false);
  /** The system has muted the microphone: a call has it, or a key of the device. */
  silenced = $state(false);
  /** Seconds for which this page was out of sight and the picture was lost meanwhile; null otherwise. */
  wasHidden = $state<number | null>(null);
  /** Kilobits a second that the uplink was trusted with in each of the last seconds, and how many were
   *  sent in the last one. */
  network = $state.raw<readonly number[]>([]);
  sent = $state(0);
  softness = $state<Softness>(null);
  quality = $state<string>("");
  behind = $state(0);
  #transport: Transport | null = null;
  #capture: Capture | null = null;
  #uplink: Uplink | null = null;
  #connecting = false;
  /** Counts them, so that a connection that is under way as the camera goes away comes to nothing: it
   *  would show viewers a picture that stands. */
  #drops = 0;
  #wanted = false;
  #tries = 0;
  #meter: ReturnType<typeof setInterval> | null = null;
  #retry: ReturnType<typeof setTimeout> | null = null;
  #lock: WakeLockSentinel | null = null;
  #asked = 0;
  /** `performance.now()` of when the page went out of sight while it published. */
  #hiddenAt: number | null = null;
  /** Those that are waited for while the camera is refused. */
  #permissions: PermissionStatus[] = [];

  constructor(private readonly ask: () => Promise<Ticket>) {}

  get mirrored(): boolean {
    return this.choice.facing !== "environment";
  }

  /** Ask for camera and microphone; what is chosen may change while the show runs. */
  async open(change: Partial<Choice> = {}): Promise<void> {
    const asked = ++this.#asked;
    this.choice = { ...this.choice, ...change };
    this.trouble = trouble();
    const way = chooseWay(window);
    if (this.trouble || !way) return;
    this.#transport ??= await load(way);
    let stream: MediaStream;
    try {
      stream = await navigator.mediaDevices.getUserMedia(constraints(this.choice));
    } catch (error) {
      if (asked === this.#asked) this.#failed(troubleOf(error));
      return;
    }
    if (asked !== this.#asked) return stream.getTracks().forEach((track) => track.stop());
    this.#use(stream);
    await this.#list();
  }

  /** Publish, and come back by itself until `stop`. */
  publish(): void {
    this.#wanted = true;
    this.refusal = null;
    this.#tries = 0;
    if (this.#capture) this.state = "connecting";
    void this.#connect();
    void this.#stayAwake();
  }

  stop(): void {
    this.#wanted = false;
    this.#drop();
    if (this.state !== "off") this.state = "stopped";
    void this.#lock?.release();
    this.#lock = null;
  }

  mute(muted: boolean): void {
    this.muted = muted;
    this.stream?.getAudioTracks().forEach((track) => (track.enabled = !muted));
  }

  close(): void {
    this.#asked += 1;
    this.stop();
    this.#capture?.close();
    this.#capture = null;
    this.stream = null;
    this.state = "off";
    if (this.#meter) clearInterval(this.#meter);
    this.#meter = null;
    this.#permissions.forEach((permission) => (permission.onchange = null));
    this.#permissions = [];
    navigator.mediaDevices?.removeEventListener("devicechange", this.#changed);
    document.removeEventListener("visibilitychange", this.#seen);
  }

  /** Without a picture, too: a camera that is plugged in, or allowed, is used by itself. */
  #failed(why: Trouble): void {
    this.trouble = why;
    this.#listen();
    if (why === "refused") void this.#waitForPermission();
  }

  #listen(): void {
    navigator.mediaDevices.addEventListener("devicechange", this.#changed);
    document.addEventListener("visibilitychange", this.#seen);
  }

  #use(stream: MediaStream): void {
    const before = this.#capture;
    this.#capture = this.#transport!.capture(stream, this.choice.portrait ? 9 / 16 : 16 / 9);
    this.#uplink?.use(this.#capture);
    before?.close();
    this.stream = stream;
    this.mute(this.muted);
    if (this.state === "off") this.state = "ready";
    const [picture] = stream.getVideoTracks();
    if (picture) {
      picture.onended = () => this.#lose("gone");
      picture.onmute = () => this.#leave("away");
      picture.onunmute = () => this.#back();
    }
    this.silenced = stream.getAudioTracks().some((track) => track.muted);
    for (const sound of stream.getAudioTracks()) {
      sound.onended = () => this.#lose("gone_microphone");
      sound.onmute = () => (this.silenced = true);
      sound.onunmute = () => (this.silenced = false);
    }
    this.#meter ??= setInterval(() => this.#look(), METER);
    this.#listen();
    if (this.#wanted && !this.#uplink) this.#back();
  }

  #look(): void {
    if (!this.#capture) return;
    const { level } = this.#capture;
    // Of a track that ended nothing more is measured: the meter would stay where it was.
    const heard = !this.muted && !this.silenced && this.trouble !== "gone_microphone";
    this.step = heard ? level.step : 0;
    this.loudness = heard ? level.loudness : null;
  }

  /** Somebody pulled it out, or a phone ended it. Only the same device may come back by itself: another
   *  camera would show viewers what nobody chose to show. */
  #lose(why: Trouble): void {
    this.#keepChoice();
    this.#leave(why);
  }

  #keepChoice(): void {
    const [picture] = this.stream?.getVideoTracks() ?? [];
    const [sound] = this.stream?.getAudioTracks() ?? [];
    this.choice = {
      ...this.choice,
      camera: picture ? (picture.getSettings().deviceId ?? "") : this.choice.camera,
      microphone: sound ? (sound.getSettings().deviceId ?? "") : this.choice.microphone,
    };
  }

  get #ended(): boolean {
    return this.stream?.getTracks().some(({ readyState }) => readyState === "ended") ?? false;
  }

  /** The system took the camera away (a call, a locked screen), or it is gone: viewers read that the
   *  host is back in a moment. */
  #leave(why: Trouble): void {
    if (why === "away" && MISSED.has(this.trouble)) return;
    this.trouble = why;
    if (!this.#wanted) return;
    this.#drop();
    this.state = "away";
  }

  #back(): void {
    // The camera is there again, and the microphone was pulled out meanwhile, or the other way round.
    if (this.#ended) return;
    this.trouble = null;
    if (!this.#wanted) return;
    this.state = "connecting";
    void this.#connect();
  }

  async #connect(): Promise<void> {
    if (!this.#wanted || this.#uplink || this.#connecting || !this.#capture) return;
    this.#connecting = true;
    const drops = this.#drops;
    const dropped = () => drops !== this.#drops;
    try {
      const ticket = await this.ask();
      if (dropped() || !this.#wanted || !this.#capture) return;
      let over = false;
      const uplink = await this.#transport!.connect(this.#capture, ticket, {
        accepted: () => {
          if (dropped()) return;
          this.#tries = 0;
          this.state = "on";
        },
        second: (second) => this.#second(second),
        closed: (code, final) => {
          over = true;
          if (!dropped()) this.#closed(code, final);
        },
      });
      if (dropped() || !this.#wanted) uplink.close();
      else if (!over) this.#uplink = uplink;
    } catch (error) {
      if (dropped()) return;
      const problem = problemOf(error);
      if (problem.status === 0 || problem.status >= 500) this.#again();
      else this.#give(problem.code);
    } finally {
      this.#connecting = false;
      // The camera went away and came back meanwhile.
      if (dropped() && this.state === "connecting") void this.#connect();
    }
  }

  #second({ behind, bits, trusted, softness, quality }: Second): void {
    this.behind = behind;
    this.sent = bits / 1000;
    this.network = [...this.network, Math.round(trusted / 1000)].slice(-SHOWN_SECONDS);
    this.softness = softness;
    this.quality = quality;
  }

  #closed(code: string, final: boolean): void {
    this.#uplink = null;
    if (final) this.#give(code);
    else this.#again();
  }

  #give(code: string): void {
    this.#wanted = false;
    this.refusal = code;
    this.state = "stopped";
  }

  #again(): void {
    if (!this.#wanted) return;
    this.state = "connecting";
    const pause = PAUSES[Math.min(this.#tries++, PAUSES.length - 1)];
    if (this.#retry) clearTimeout(this.#retry);
    this.#retry = setTimeout(() => void this.#connect(), pause);
  }

  #drop(): void {
    this.#drops += 1;
    if (this.#retry) clearTimeout(this.#retry);
    this.#uplink?.close();
    this.#uplink = null;
  }

  /** What was pulled out, or was never there, is used as soon as it is plugged in. */
  #changed = async (): Promise<void> => {
    await this.#list();
    if (MISSED.has(this.trouble) && isThere(this.choice, this.cameras, this.microphones))
      await this.open();
  };

  #seen = (): void => {
    if (document.visibilityState === "visible") this.#return();
    else this.#hide();
  };

  #hide(): void {
    this.#hiddenAt = this.#wanted ? performance.now() : null;
    this.wasHidden = null;
  }

  /** After a call, a locked screen or another tab. A phone may have ended the tracks meanwhile without
   *  an event, the program that had the camera may be closed, and timers of hidden pages are late. */
  #return(): void {
    void this.#stayAwake();
    const ended = this.#ended;
    if (ended) this.#keepChoice();
    if (this.#hiddenAt !== null && (ended || this.trouble || !this.#uplink))
      this.wasHidden = (performance.now() - this.#hiddenAt) / 1000;
    this.#hiddenAt = null;
    if (this.trouble === "taken" || (this.#wanted && ended)) void this.open();
    else if (this.#wanted && !this.trouble && !this.#uplink) {
      if (this.#retry) clearTimeout(this.#retry);
      void this.#connect();
    }
  }

  /** Who allows the camera beside the address need not press anything here, too. Browsers that do not
   *  know these permissions leave it to the button (Permissions §5.1). */
  async #waitForPermission(): Promise<void> {
    const names = ["camera", "microphone"] as PermissionName[];
    const asked = names.map((name) => navigator.permissions?.query({ name }).catch(() => null));
    this.#permissions = (await Promise.all(asked)).filter((each) => each != null);
    for (const each of this.#permissions)
      each.onchange = () => {
        const allowed = this.#permissions.every(({ state }) => state !== "denied");
        if (allowed && this.trouble === "refused") void this.open();
      };
  }

  #list = async (): Promise<void> => {
    const all = await navigator.mediaDevices.enumerateDevices();
    this.cameras = all.filter(({ kind }) => kind === "videoinput");
    this.microphones = all.filter(({ kind }) => kind === "audioinput");
  };

  /** A screen that goes dark takes the camera along. */
  #stayAwake = async (): Promise<void> => {
    if (!this.#wanted || document.visibilityState !== "visible" || !("wakeLock" in navigator))
      return;
    this.#lock = await navigator.wakeLock.request("screen").catch(() => null);
  };
}

export const MOST_KBITS = MOST / 1000;
