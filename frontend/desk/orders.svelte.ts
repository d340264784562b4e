/** The merchant's orders on the desk, by what is to be done with them. */
import type { Order } from "../contract";
import { DeskList } from "./list.svelte";
import type { Asking } from "./order.svelte";

export const FILTERS = [
  "to_send",
  "late",
  "part_sent",
  "sent",
  "refunded",
  "returns",
  "refund_failed",
  "withdrawn",
  "all",
] as const;
export type Filter = (typeof FILTERS)[number];

export class Orders extends DeskList<Order, Filter> {
  constructor(studio: Asking, search = "") {
    super(studio, { path: "/orders", filters: FILTERS, first: "to_send" }, search);
  }
}
