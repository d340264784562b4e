/** What a page loads when its show has a coupon. */
export { default as Card } from "./card.svelte";
export { default as Strip } from "./strip.svelte";
