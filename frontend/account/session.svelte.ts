/** Who is signed in as a viewer, and the requests they may make. */
import { call, problemOf, type Call, type Problem } from "../api/client";
import { Work } from "../api/work.svelte";
import type { Erasure, SignInAsked, Viewer } from "../contract";
import { isAboutAge } from "../shop/gate";
import { writeSignedIn } from "../shop/kept";
import { keepClaim, keepReminder, keepWait, keptClaim, keptReminder, keptWait } from "./claim";

/** Where a visitor stands: asked for the date of birth, for the address, for the code, or with the
 *  link of a mail in the hand. */
export type Step = "age" | "refused" | "address" | "code" | "link";

/** What the link of a mail carries behind the `#`, which no server reads. */
export const linkIn = (hash: string): string | null =>
  new URLSearchParams(hash.replace(/^#/, "")).get("in");

/** The order that its page's link leads here with; no server reads that either. */
export const claimIn = (hash: string): string | null =>
  new URLSearchParams(hash.replace(/^#/, "")).get("order");

/** The show of which somebody wants to be reminded, or whose host they want to follow. */
export const reminderIn = (hash: string): string | null =>
  new URLSearchParams(hash.replace(/^#/, "")).get("remind");

/** What the link of a mail about a show carries to stop others like it. */
export const stopIn = (hash: string): string | null =>
  new URLSearchParams(hash.replace(/^#/, "")).get("stop");

/** What is sold out in a show and somebody wants to wait for: the show's id and the SKU. */
export const waitIn = (hash: string): string | null =>
  new URLSearchParams(hash.replace(/^#/, "")).get("wait");

/** What the link of a mail about something that is held carries to give it up. */
export const leaveIn = (hash: string): string | null =>
  new URLSearchParams(hash.replace(/^#/, "")).get("leave");

/** The receipt of an erasure. */
export const erasedIn = (hash: string): string | null =>
  new URLSearchParams(hash.replace(/^#/, "")).get("erased");

export class Account extends Work {
  viewer = $state.raw<Viewer | null>(null);
  /** False until the server has said who this is. */
  known = $state(false);
  /** Somebody was signed in, and the server no longer knows them. */
  hasEnded = $state(false);
  step = $state<Step>("age");
  email = $state("");
  /** The token of a guest's order that is to be kept in the account. */
  claim = $state<string | null>(null);
  /** The id of a show of which its owner may want to be reminded. */
  reminder = $state<string | null>(null);
  /** What its owner may want to wait for: the id of a show and a SKU. */
  wait = $state<string | null>(null);
  /** Of an account that is gone; its token stands behind the `#`. */
  erasure = $state.raw<Erasure | null>(null);
  #admission: string | null = null;
  #asked: SignInAsked | null = null;
  #link: string | null = null;

  constructor(
    readonly api: string,
    {
      refused = false,
      link = null,
      claim = null,
      reminder = null,
      wait = null,
    }: {
      refused?: boolean;
      link?: string | null;
      claim?: string | null;
      reminder?: string | null;
      wait?: string | null;
    } = {},
  ) {
    super();
    this.#link = link;
    // Who was refused leaves nothing to the next person at this browser.
    if (refused) this.#forget();
    else {
      if (claim) keepClaim(claim);
      if (reminder) keepReminder(reminder);
      if (wait) keepWait(wait);
    }
    this.claim = claim ?? keptClaim();
    this.reminder = reminder ?? keptReminder();
    this.wait = wait ?? keptWait();
    this.step = link ? "link" : refused ? "refused" : "age";
  }

  async resume(): Promise<void> {
    try {
      this.viewer = await call<Viewer>(this.api, "/viewer/session");
      writeSignedIn(true);
    } catch (error) {
      const problem = problemOf(error);
      if (problem.status !== 401) this.problem = problem;
      else writeSignedIn(false);
    }
    this.known = true;
  }

  /** It is in an account, or is not to be, or its owner is gone. */
  dropClaim(): void {
    this.claim = null;
    keepClaim(null);
  }

  /** They are reminded now, or do not want to be. */
  dropReminder = (): void => {
    this.reminder = null;
    keepReminder(null);
  };

  /** They wait for it now, or do not want to. */
  dropWait = (): void => {
    this.wait = null;
    keepWait(null);
  };

  #forget(): void {
    this.dropClaim();
    this.dropReminder();
    this.dropWait();
  }

  beErased(erasure: Erasure): void {
    this.erasure = erasure;
    this.#forget();
    history.replaceState(
      null,
      "",
      `${location.pathname}${location.search}#erased=${erasure.token}`,
    );
    this.#left();
  }

  lookAtErasure = (token = this.erasure?.token ?? ""): Promise<boolean> =>
    this.once(async () => {
      this.erasure = await call<Erasure>(this.api, `/viewer/erasures/${encodeURIComponent(token)}`);
    });

  /** With the link of a mail that was asked for in another browser, this was its question. */
  admit = (admission: string): void => {
    this.#admission = admission;
    this.step = this.#link === null ? "address" : "link";
    if (this.#link !== null) void this.useLink();
  };

  refuse = (): void => {
    this.problem = null;
    this.#forget();
    this.step = "refused";
  };

  /** The link is of no use any more, or the address was wrong. */
  again = (): void => {
    this.problem = this.#link = null;
    this.step = this.#admission === null ? "age" : "address";
  };

  /** The server says the same whether it knows the address or not. */
  ask = (email: string): Promise<boolean> =>
    this.once(async () => {
      this.#asked = await call<SignInAsked>(this.api, "/viewer/sign-ins", {
        method: "POST",
        body: { email, admission: this.#admission },
      });
      this.email = email;
      this.step = "code";
    });

  enter = (code: string): Promise<boolean> => this.#enter({ sign_in: this.#asked?.id, code });

  useLink = (): Promise<boolean> =>
    this.#enter({ link: this.#link, ...(this.#admission && { admission: this.#admission }) });

  #enter(way: object): Promise<boolean> {
    return this.once(async () => {
      this.viewer = await call<Viewer>(this.api, "/viewer/session", { method: "POST", body: way });
      this.hasEnded = false;
      writeSignedIn(true);
      this.#link = this.#asked = null;
    });
  }

  /** Without the server's answer the session stays: its cookie would sign the next reload in. */
  signOut = async (): Promise<boolean> => {
    const done = await this.once(async () => {
      await this.request("/viewer/session", { method: "DELETE" });
      this.#forget();
      this.#left();
    });
    // That it had ended before is what was wanted.
    this.hasEnded = false;
    return done;
  };

  /** A request in this session's name; a session that has ended leads back to the sign-in form. */
  async request<T>(path: string, options: Call = {}): Promise<T> {
    try {
      return await call<T>(this.api, path, { ...options, csrf: this.viewer?.csrf });
    } catch (error) {
      if (problemOf(error).code === "not_authenticated") {
        this.hasEnded ||= this.viewer !== null;
        this.#left();
      }
      throw error;
    }
  }

  #left(): void {
    this.viewer = null;
    writeSignedIn(false);
    this.again();
  }

  protected override refused(problem: Problem): void {
    if (problem.code === "age_refused") return this.refuse();
    super.refused(problem);
    // The hour of the answer is over: it is asked for again.
    if (isAboutAge(problem)) {
      this.#admission = null;
      this.step = "age";
    }
  }
}
