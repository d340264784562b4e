/** Who works in the studio, and the requests they may make. */
import type { Page, Session } from "../contract";
import { call, problemOf, type Call, type Problem } from "../api/client";

const DEVICE = "showfloor.device";

/** Somebody has signed in here before: the server knows the device by a cookie of its own, and asks
 *  for nobody's date of birth. */
export function isKnownDevice(): boolean {
  try {
    return localStorage.getItem(DEVICE) !== null;
  } catch {
    return false;
  }
}

function rememberDevice(): void {
  try {
    localStorage.setItem(DEVICE, "known");
  } catch {
    /* asked again next time */
  }
}

/** Shows whose chat this person was named to moderate. */
export const moderatedBy = (session: Session | null): string[] =>
  (session?.teams ?? []).map(({ team }) => team).filter((id) => id.startsWith("show_"));

export class Studio {
  session = $state.raw<Session | null>(null);
  /** False until the server has said who this is. */
  known = $state(false);
  problem = $state.raw<Problem | null>(null);
  /** Somebody was signed in, and the server no longer knows them: their time was over, or they were signed out elsewhere. */
  hasEnded = $state(false);

  constructor(readonly api: string) {}

  async resume(): Promise<void> {
    try {
      this.session = await call<Session>(this.api, "/session");
    } catch (error) {
      const problem = problemOf(error);
      if (problem.status !== 401) this.problem = problem;
    }
    this.known = true;
  }

  /** `admission` is null on a device that has signed in before. */
  async signIn(email: string, password: string, admission: string | null): Promise<void> {
    this.problem = null;
    try {
      this.session = await call<Session>(this.api, "/session", {
        method: "POST",
        body: { email, password, ...(admission ? { admission } : {}) },
      });
      this.hasEnded = false;
      rememberDevice();
    } catch (error) {
      this.problem = problemOf(error);
    }
  }

  /** Without the server's answer the session stays: its cookie would sign the next reload in. */
  async signOut(): Promise<void> {
    this.problem = null;
    try {
      await this.request("/session", { method: "DELETE" });
      this.session = null;
    } catch (error) {
      if (this.session) this.problem = problemOf(error);
    }
    // That another request found it ended before is what was wanted.
    this.hasEnded = false;
  }

  /** Every page of a list. */
  async all<Item>(path: string): Promise<Item[]> {
    const items: Item[] = [];
    for (let cursor: string | null = ""; cursor !== null;) {
      const page: Page<Item> = await this.request(
        `${path}${path.includes("?") ? "&" : "?"}limit=100${cursor && `&cursor=${cursor}`}`,
      );
      items.push(...page.items);
      cursor = page.next_cursor;
    }
    return items;
  }

  /** A request in this session's name; a session that has ended leads back to the sign-in form. */
  async request<T>(path: string, options: Call = {}): Promise<T> {
    try {
      return await call<T>(this.api, path, { ...options, csrf: this.session?.csrf });
    } catch (error) {
      if (problemOf(error).code === "not_authenticated") {
        this.hasEnded ||= this.session !== null;
        this.session = null;
      }
      throw error;
    }
  }
}
