/** By whose link or code a buyer came. The page's address has it, and the form; the browser keeps
 *  nothing of it. */
import type { Details, Form } from "./form";

const PARAMETER = "via";

/** The link counts for as long as its address is open; what is typed counts before it. */
export function cameBy(search: string, { code = "" }: Form): Pick<Details, "via" | "code"> {
  const via = new URLSearchParams(search).get(PARAMETER)?.trim() ?? "";
  const typed = code.trim();
  return {
    ...(via && via.length <= 60 ? { via } : {}),
    ...(typed ? { code: typed } : {}),
  };
}

/** The address of a page as a link of the creator who has this code. */
export function linkOf(address: string, code: string): string {
  const url = new URL(address);
  url.searchParams.set(PARAMETER, code);
  return url.href;
}
