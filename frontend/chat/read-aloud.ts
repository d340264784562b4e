/** What a screen reader says of a conversation: at most one sentence every few seconds, the newest
 *  message and how many came with it, so that a person hears the host as well. */
import type { ChatMessage } from "../contract";

export const EVERY = 6000;

export interface ReadAloud {
  said(message: ChatMessage): void;
  stop(): void;
}

export function readAloud(speak: (newest: ChatMessage, others: number) => void): ReadAloud {
  let newest: ChatMessage | null = null;
  let count = 0;
  let timer: ReturnType<typeof setTimeout> | undefined;

  function next(): void {
    timer = undefined;
    if (!newest) return;
    speak(newest, count - 1);
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
