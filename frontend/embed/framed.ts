/** What the show page has besides, in a brand's frame: a file of its own, which no other visit
 *  loads. */
export { announce } from "./frame.svelte";
export { applyTheme } from "./theme";
