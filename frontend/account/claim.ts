/** What waits until its owner has signed in: the order of a guest that is to be taken into the
 *  account, the show of which they want to be reminded, and what they want to wait for. The link of the
 *  mail opens a new page, so all of it waits in the browser: in cookies, which it deletes by itself also
 *  when nobody comes back. */

/** Seconds: longer than a sign-in by mail takes. */
const KEPT = 3600;

/* Where earlier versions kept it, and nothing deleted it. */
try {
  localStorage.removeItem("showfloor.claim");
} catch {
  /* no storage: nothing was kept */
}

function read(name: string): string | null {
  try {
    const found = document.cookie.split("; ").find((each) => each.startsWith(`${name}=`));
    return (found && decodeURIComponent(found.slice(name.length + 1))) || null;
  } catch {
    /* no cookies: it is known as long as the page lasts */
    return null;
  }
}

function keep(name: string, value: string | null): void {
  const cookie = `${name}=${encodeURIComponent(value ?? "")}; Max-Age=${value ? KEPT : 0}`;
  try {
    const secure = location.protocol === "https:" ? "; Secure" : "";
    document.cookie = `${cookie}; Path=/account; SameSite=Lax${secure}`;
  } catch {
    /* see above */
  }
}

/** The token of an order's page. */
export const keptClaim = (): string | null => read("showfloor_claim");
export const keepClaim = (token: string | null): void => keep("showfloor_claim", token);

/** The id of a show. */
export const keptReminder = (): string | null => read("showfloor_remind");
export const keepReminder = (show: string | null): void => keep("showfloor_remind", show);

/** The id of a show and a SKU in it, with a blank between. */
export const keptWait = (): string | null => read("showfloor_wait");
export const keepWait = (wanted: string | null): void => keep("showfloor_wait", wanted);
