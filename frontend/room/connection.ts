/** Listens to a show's room: Server-Sent Events with resume. The browser reconnects by itself after
 *  a broken connection, but gives up after a refusal; then this opens the stream again behind the
 *  last event it got. */
import type { ChatEvent, RoomEvent } from "../contract";
import { empty, fold, type Room } from "./fold";

export interface RoomListener {
  changed(room: Room): void;
  connected(open: boolean): void;
  /** Somebody said something. The last messages follow each time the connection opens, before its
   *  first state: then `isAgain`. */
  said?(event: ChatEvent, isAgain?: boolean): void;
}

const FIRST_RETRY = 1000;
const LAST_RETRY = 15_000;

export function listen(url: string, listener: RoomListener): () => void {
  let room: Room = empty;
  let source: EventSource | null = null;
  let timer: ReturnType<typeof setTimeout> | undefined;
  let wait = FIRST_RETRY;
  let isAgain = true;

  function take(type: RoomEvent["type"], message: MessageEvent<string>): void {
    room = fold(room, { type, ...JSON.parse(message.data) } as RoomEvent, Date.now());
    listener.changed(room);
    if (type === "state") isAgain = false;
  }

  function open(): void {
    source = new EventSource(
      room.seq < 0 ? url : `${url}${url.includes("?") ? "&" : "?"}last_event_id=${room.seq}`,
    );
    source.onopen = () => {
      wait = FIRST_RETRY;
      isAgain = true;
      listener.connected(true);
    };
    source.onerror = () => {
      listener.connected(false);
      if (source?.readyState !== EventSource.CLOSED) return;
      // Viewers who were refused together do not come back together.
      timer = setTimeout(open, wait * (0.5 + Math.random()));
      wait = Math.min(LAST_RETRY, wait * 2);
    };
    for (const type of ["snapshot", "set", "state"] as const) {
      source.addEventListener(type, (message) => take(type, message as MessageEvent<string>));
    }
    source.onmessage = ({ data }) => listener.said?.(JSON.parse(data) as ChatEvent, isAgain);
  }

  open();
  return () => {
    clearTimeout(timer);
    source?.close();
  };
}
