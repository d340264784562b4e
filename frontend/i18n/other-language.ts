/** `address` is this page in the other language: whatever else the address `here` says stays, such as the
 *  second of a replay and by whose link the reader came. */
export function inOtherLanguage(address: string, here: string): string {
  const other = new URL(address, here);
  for (const [name, value] of new URL(here).searchParams)
    if (!other.searchParams.has(name)) other.searchParams.set(name, value);
  return other.pathname + other.search;
}
