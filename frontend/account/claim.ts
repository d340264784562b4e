/** The order of a guest that waits to be taken into an account. Its owner may have to sign in first,
 *  and the link of that mail opens a new page, so the order's token waits in the browser: in a
 *  cookie, which the browser deletes by itself also when nobody comes back. */

const NAME = "showfloor_claim";
/** Seconds: longer than a sign-in by mail takes. */
const KEPT = 3600;

/* Where earlier versions kept it, and nothing deleted it. */
try {
  localStorage.removeItem("showfloor.claim");
} catch {
  /* no storage: nothing was kept */
}

export function keptClaim(): string | null {
  try {
    const found = document.cookie.split("; ").find((each) => each.startsWith(`${NAME}=`));
    return (found && decodeURIComponent(found.slice(NAME.length + 1))) || null;
  } catch {
    /* no cookies: the order is known as long as the page lasts */
    return null;
  }
}

export function keepClaim(token: string | null): void {
  const value = `${NAME}=${encodeURIComponent(token ?? "")}; Max-Age=${token ? KEPT : 0}`;
  try {
    const secure = location.protocol === "https:" ? "; Secure" : "";
    document.cookie = `${value}; Path=/account; SameSite=Lax${secure}`;
  } catch {
    /* see above */
  }
}
