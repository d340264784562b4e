/** What whoever is signed in does not type again at the checkout: address, mail, date of birth. */
import { call, problemOf } from "../api/client";
import type { Address, Admission, KeptAddress, KeptAddresses, Viewer } from "../contract";
import type { Language } from "../i18n/i18n";
import { ADDRESS, type Lines } from "./form";
import { maybeSignedIn, writeSignedIn } from "./kept";

export class OwnAccount {
  /** Null where nobody is signed in. */
  email = $state<string | null>(null);
  /** The one that was last bought with first. */
  addresses = $state.raw<KeptAddress[]>([]);
  /** The country for which the admission was made. */
  admittedTo = "";
  #csrf = "";

  constructor(private readonly api: string) {}

  /** What its owner said about their age, as an admission; null where it has to be asked for. Who
   *  may not buy was refused. Whatever fails, one buys as a guest. */
  async load(country: string): Promise<string | "refused" | null> {
    if (!maybeSignedIn()) return null;
    try {
      const [viewer, kept] = await Promise.all([
        call<Viewer>(this.api, "/viewer/session"),
        call<KeptAddresses>(this.api, "/viewer/addresses"),
      ]);
      this.#csrf = viewer.csrf;
      const admission = await this.#admission(country);
      this.addresses = kept.addresses;
      this.email = viewer.email;
      return admission;
    } catch (error) {
      const problem = problemOf(error);
      if (problem.status === 401) writeSignedIn(false);
      return problem.code === "age_refused" ? "refused" : null;
    }
  }

  /** Where the goods go elsewhere after all; null where the shop asks the person. */
  async admit(country: string): Promise<string | null> {
    try {
      return await this.#admission(country);
    } catch {
      return null;
    }
  }

  /** False where the shop could not be reached: the account is still there. */
  async signOut(): Promise<boolean> {
    try {
      await call(this.api, "/viewer/session", { method: "DELETE", csrf: this.#csrf });
    } catch {
      return false;
    }
    writeSignedIn(false);
    this.email = null;
    this.addresses = [];
    return true;
  }

  async #admission(country: string): Promise<string> {
    const body = { door: "guest_checkout", country };
    const { admission } = await this.#post<Admission>("/viewer/admissions", body);
    this.admittedTo = country;
    return admission;
  }

  /** For the next purchase. The one under way does not wait for it, nor fail with it. */
  keep(address: Address): void {
    this.#post("/viewer/addresses", address).catch(() => undefined);
  }

  #post<T>(path: string, body: unknown): Promise<T> {
    return call<T>(this.api, path, { method: "POST", body, csrf: this.#csrf });
  }
}

/** Fields of the form that an address fills in. */
export const linesOf = ({
  name,
  line1,
  line2,
  city,
  postal_code,
  country,
}: KeptAddress): Lines => ({
  name,
  line1,
  line2: line2 ?? "",
  city,
  postal_code: postal_code ?? "",
  country,
});

/** Where it is, without who. */
export const addressLine = (words: Language, kept: KeptAddress): string => {
  const { line1, line2, city, postal_code, country } = kept;
  const parts = [line1, line2, city, postal_code, words.country(country)];
  return words.list(
    parts.filter((part): part is string => !!part),
    "comma",
  );
};

/** The kept address that stands in the form. */
export const standsIn = (lines: Lines, kept: KeptAddress): boolean => {
  const filled = linesOf(kept);
  return ADDRESS.every((name) => lines[name] === filled[name]);
};

/** Whether nothing of an address was typed. */
export const isBlank = (lines: Lines): boolean =>
  ADDRESS.every((name) => name === "country" || !lines[name]);
