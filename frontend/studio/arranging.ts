/** The order of the shelf as its host moves it: plain decisions over product ids. */

/** `ids` with the one at `from` standing at `to`; the same list when nothing moves. */
export function moved(ids: readonly string[], from: number, to: number): string[] {
  const at = Math.max(0, Math.min(ids.length - 1, to));
  const rest = ids.filter((_, index) => index !== from);
  const one = ids[from];
  return one === undefined ? [...ids] : [...rest.slice(0, at), one, ...rest.slice(at)];
}

/** Where a row lands that is let go over the row at `over`: before it in the upper half, behind it
 *  in the lower one. */
export function landing(from: number, over: number, lowerHalf: boolean): number {
  const gap = over + (lowerHalf ? 1 : 0);
  return gap > from ? gap - 1 : gap;
}

/** The row that a key on the handle moves to; null for keys that mean nothing here. */
export function keyTarget(key: string, at: number, count: number): number | null {
  const target = { ArrowUp: at - 1, ArrowDown: at + 1, Home: 0, End: count - 1 }[key];
  return target === undefined || target < 0 || target >= count || target === at ? null : target;
}
