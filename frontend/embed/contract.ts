/** What a frame and the page around it say to each other. Version 1; a receiver ignores what it
 *  does not know. */
import type { Money } from "../contract";

export type FrameMessage =
  | { type: "ready"; show: string; title: string }
  | { type: "resize"; height: number }
  | { type: "state"; state: string }
  | { type: "pin"; product: { id: string; slug: string; name: string } | null }
  | { type: "order"; orders: { id: string; number: string; total: Money }[] };

export const SOURCE = "showfloor";
export const VERSION = 1;
export type Envelope = FrameMessage & { source: typeof SOURCE; version: typeof VERSION };
