/** What the chat needs to know of the page around it. */
import type { PlacedOrder, RoomEntries, Show } from "../contract";

export interface Stage {
  readonly page: { readonly api: string; readonly show: { readonly id: string } };
  readonly show: Pick<Show, "state">;
  readonly entries: RoomEntries;
  /** What was bought on this page. */
  readonly buying: { readonly orders: readonly Pick<PlacedOrder, "page">[] };
  /** How many hearts the show was sent; null before the room has said it. */
  readonly hearts: number | null;
  /** Another number when what is asked has changed; null before the room has said it. */
  readonly questions: number | null;
  /** The moment of the picture on screen, milliseconds of the show clock. */
  readonly moment: number | null;
  /** A recording is being watched. */
  readonly replaying: boolean;
}
