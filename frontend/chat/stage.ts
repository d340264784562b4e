/** What the chat needs to know of the page around it. */
import type { RoomEntries, Show } from "../contract";

export interface Stage {
  readonly page: { readonly api: string; readonly show: { readonly id: string } };
  readonly show: Pick<Show, "state">;
  readonly entries: RoomEntries;
  /** A recording is being watched. */
  readonly replaying: boolean;
}
