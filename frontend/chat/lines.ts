/** The messages that stand on the page, the oldest first. */
import type { ChatMessage } from "../contract";
import { MOST } from "./most";

export type Lines = readonly ChatMessage[];

/** The message in its place, once, whatever was known of it before. */
export function withMessage(lines: Lines, message: ChatMessage): Lines {
  const others = without(lines, message.id);
  let place = others.length;
  while (place > 0 && isLater(others[place - 1]!, message)) place--;
  return [...others.slice(0, place), message, ...others.slice(place)].slice(-MOST);
}

export const without = (lines: Lines, id: string): Lines => lines.filter((line) => line.id !== id);

/** How many messages follow the one with this id; all of them when it is there no more. */
export const countAfter = (lines: Lines, id: string | null): number =>
  lines.length - 1 - lines.findLastIndex((line) => line.id === id);

export const isLater = (one: ChatMessage, other: ChatMessage): boolean =>
  one.at === other.at ? one.id > other.id : one.at > other.at;
