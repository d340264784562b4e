/** By WebRTC: WHIP (RFC 9725), for browsers without the whole of WebCodecs. */
import { MOST } from "./rate";
import { Figures, type Line } from "./stats";
import { Tracks } from "./tracks";
import { FINAL, type Listener, type Ticket, type Transport, type Uplink } from "./transport";

/** The server has been silent for so long although pictures were sent: the network changed. */
const DEAD = 4_000;
const CONNECT_WITHIN = 8_000;

export class Whip implements Transport<Tracks> {
  capture(stream: MediaStream, ratio: number): Tracks {
    return new Tracks(stream, ratio);
  }

  async connect(capture: Tracks, ticket: Ticket, listener: Listener): Promise<WhipUplink> {
    const uplink = new WhipUplink(ticket, listener);
    void uplink.begin(capture);
    return uplink;
  }
}

class WhipUplink implements Uplink<Tracks> {
  readonly #peer = new RTCPeerConnection({ bundlePolicy: "max-bundle" });
  /** From the first second of the open connection on: finding a way may have taken longer than a
   *  server may be silent. */
  #figures = new Figures(performance.now());
  readonly #began = performance.now();
  #timer = setInterval(() => void this.#second(), 1000);
  #session: string | null = null;
  #open = false;
  #over = false;

  constructor(
    private readonly ticket: Ticket,
    private readonly listener: Listener,
  ) {}

  async begin(capture: Tracks): Promise<void> {
    try {
      await this.#offer(capture);
    } catch {
      this.#lost();
    }
  }

  use(capture: Tracks): void {
    const [video, audio] = this.#peer.getSenders();
    void capture.picture().then((picture) => video?.replaceTrack(picture ?? null));
    void audio?.replaceTrack(capture.sound ?? null);
  }

  close(): void {
    if (this.#stop()) void this.#end();
  }

  async #offer(capture: Tracks): Promise<void> {
    const peer = this.#peer;
    const picture = await capture.picture();
    const video = peer.addTransceiver(picture ?? "video", {
      direction: "sendonly",
      sendEncodings: [{ maxBitrate: MOST }],
    });
    if (picture) picture.contentHint = "motion";
    preferH264(video);
    peer.addTransceiver(capture.sound ?? "audio", { direction: "sendonly" });
    peer.onconnectionstatechange = () => this.#look();
    // The server finds this device by its checks, so no candidate is waited for.
    await peer.setLocalDescription();
    const answer = await this.#ask(this.ticket.whip_url, "POST", peer.localDescription!.sdp);
    if (!answer.ok) return this.#refused(answer);
    this.#session = new URL(answer.headers.get("Location")!, this.ticket.whip_url).href;
    if (this.#over) return void this.#end();
    await peer.setRemoteDescription({ type: "answer", sdp: await answer.text() });
    const transport = video.sender.transport;
    if (transport) transport.onstatechange = () => transport.state === "closed" && this.#lost();
  }

  #look(): void {
    const state = this.#peer.connectionState;
    if (state === "connected" && !this.#open) {
      this.#open = true;
      this.#figures = new Figures(performance.now());
      this.listener.accepted();
    } else if (state === "failed" || state === "closed") this.#lost();
  }

  async #second(): Promise<void> {
    const now = performance.now();
    if (!this.#open) {
      if (now - this.#began > CONNECT_WITHIN) this.#lost();
      return;
    }
    const report = await this.#peer.getStats();
    if (this.#over) return;
    this.listener.second(this.#figures.read(report.values() as Iterable<Line>, now));
    if (this.#figures.silent(now) > DEAD) this.#lost();
  }

  /** The connection is gone. Ending the session tells whether the server meant it: 410 with the
   *  reason; otherwise it is the network. */
  #lost(): void {
    if (!this.#stop()) return;
    void this.#end().then((code) => {
      const final = code !== null && FINAL.has(code);
      this.listener.closed(code ?? "connection_lost", final);
    });
  }

  async #refused(answer: Response): Promise<void> {
    const { code } = (await answer.json().catch(() => ({}))) as { code?: string };
    if (this.#stop()) this.listener.closed(code ?? "connection_lost", FINAL.has(code ?? ""));
  }

  /** The code with which the server had ended it, null where it had not. */
  async #end(): Promise<string | null> {
    const session = this.#session;
    this.#session = null;
    if (!session) return null;
    try {
      const answer = await this.#ask(session, "DELETE");
      return answer.status === 410 ? ((await answer.json()) as { code: string }).code : null;
    } catch {
      return null;
    }
  }

  #ask(url: string, method: string, body?: string): Promise<Response> {
    return fetch(url, {
      method,
      body: body ?? null,
      headers: {
        Authorization: `Bearer ${this.ticket.ticket}`,
        ...(body === undefined ? {} : { "Content-Type": "application/sdp" }),
      },
      signal: AbortSignal.timeout(CONNECT_WITHIN),
      keepalive: method === "DELETE",
      credentials: "omit",
    });
  }

  #stop(): boolean {
    if (this.#over) return false;
    this.#over = true;
    this.#open = false;
    clearInterval(this.#timer);
    this.#peer.close();
    return true;
  }
}

/** H.264 before all else; browsers without the call offer it among others, and the server chooses. */
function preferH264(transceiver: RTCRtpTransceiver): void {
  const codecs = RTCRtpSender.getCapabilities?.("video")?.codecs ?? [];
  const h264 = codecs.filter(({ mimeType }) => mimeType.toLowerCase() === "video/h264");
  const rest = codecs.filter(({ mimeType }) => mimeType.toLowerCase() === "video/rtx");
  if (h264.length) transceiver.setCodecPreferences?.([...h264, ...rest]);
}
