/** Whether the picture waits for a tap, because the person pays for each megabyte. Two signs of the
 *  same wish: the request's `Save-Data` header and the Network Information API; few browsers know
 *  either. */
interface Saving {
  readonly connection?: { readonly saveData?: boolean };
}

export function savesData(page: { save_data: boolean }): boolean {
  const { connection } = globalThis.navigator as Saving;
  return page.save_data || connection?.saveData === true;
}
