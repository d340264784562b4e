/** By WebCodecs and a WebSocket. */
import { Rate } from "./rate";
import { SocketUplink, soundOf } from "./socket";
import { Source } from "./source";
import type { Listener, Ticket, Transport } from "./transport";

export class WebCodecs implements Transport<Source> {
  /** What was learned of the uplink outlives a connection. */
  readonly #rate = new Rate();

  capture(stream: MediaStream, ratio: number): Source {
    return new Source(stream, ratio);
  }

  async connect(capture: Source, ticket: Ticket, listener: Listener): Promise<SocketUplink> {
    const sound = await soundOf();
    return new SocketUplink(capture, ticket, sound, this.#rate, listener);
  }
}
