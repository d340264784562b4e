import type { Hold } from "../contract";

/** Nothing is added to what is held, and nothing taken out: pieces of a drop, and what was held for
 *  who waited in line. */
export const isFixed = (held: Hold | null): boolean => Boolean(held?.drop_id ?? held?.waited_s);
