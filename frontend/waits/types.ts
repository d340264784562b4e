import type { Component } from "svelte";
import type { Product, Variant, Wait } from "../contract";
import type { Places } from "./places.svelte";

/** What a page loads for who waits in line, or may want to. */
export interface WaitParts {
  places: Places;
  /** Whether what is held for this viewer is in the purchase of this page then. */
  take: (wait: Wait) => Promise<boolean>;
  Action: Component<{ places: Places; product: Product; variant: Variant }>;
  Beside: Component<{ places: Places }>;
  Note: Component<{ places: Places; product: Product; variant: Variant; gone: boolean }>;
  Strip: Component<{ places: Places }>;
}
