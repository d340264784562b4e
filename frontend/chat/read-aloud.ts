/** What a screen reader says of a conversation: at most one sentence every few seconds, the newest
 *  message and how many came with it, so that a person hears the host as well. */
import type { ChatMessage } from "../contract";

export const EVERY = 6000;

export interface ReadAloud {
  said(message: ChatMessage): void;
  stop(): void;
}

/** Nothing is read while `isAway` says that nobody listens, and nothing of it afterwards. */
export function readAloud(
  speak: (newest: ChatMessage, others: number) => void,
  isAway: () => boolean = () => document.hidden,
): ReadAloud {
  let newest: ChatMessage | null = null;
  let count = 0;
  let timer: ReturnType<typeof setTimeout> | undefined;

  function next(): void {
    timer = undefined;
    if (!newest) return;
    if (!isAway()) speak(newest, count - 1);
    [newest, count] = [null, 0];
    timer = setTimeout(next, EVERY);
  }

  return {
    said(message) {
      newest = message;
      count += 1;
      timer ??= setTimeout(next, 0);
    },
    stop: () => clearTimeout(timer),
  };
}
