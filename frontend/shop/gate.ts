/** The question about the date of birth, for every door: what it asks the server, and how the
 *  browser remembers a refusal where it keeps no cookie of ours (a frame on a brand's site). */
import { call, problemOf, type Problem } from "../api/client";
import type { Admission, AdmissionRequest } from "../contract";
import { cleanDigits } from "../i18n/text";

export type CollectionPoint = AdmissionRequest["door"];
export type Part = "day" | "month" | "year";
/** As it was typed, in any digits. */
export type Typed = Record<Part, string>;

const SLOT = "showfloor.gate";
const HOUR = 3_600_000;
const REFUSED_HOURS = 24;

/** The first part that is missing or no number. */
export const missingIn = (typed: Typed): Part | undefined =>
  (["day", "month", "year"] as const).find((part) => !/^\d+$/.test(cleanDigits(typed[part])));

export type Answer =
  | { kind: "admitted"; admission: string }
  | { kind: "refused" }
  | { kind: "no_such_day" }
  | { kind: "problem"; problem: Problem };

/** Sends the date, in the body of this one request, and keeps it nowhere. */
export async function ask(
  api: string,
  door: CollectionPoint,
  country: string | null,
  typed: Typed,
): Promise<Answer> {
  const born = {
    day: Number(cleanDigits(typed.day)),
    month: Number(cleanDigits(typed.month)),
    year: Number(cleanDigits(typed.year)),
  };
  const body: AdmissionRequest = { door, born, ...(country ? { country } : {}) };
  try {
    const { admission } = await call<Admission>(api, "/admissions", { method: "POST", body });
    return { kind: "admitted", admission };
  } catch (error) {
    const problem = problemOf(error);
    if (problem.code === "validation_failed") return { kind: "no_such_day" };
    if (problem.code !== "age_refused") return { kind: "problem", problem };
    rememberRefusal();
    return { kind: "refused" };
  }
}

/** The person has to answer the question, or may not. */
export const isAboutAge = ({ code }: Problem): boolean =>
  code === "age_refused" || code === "adult_declaration_required";

/** The end of a day from this hour: the same for everybody who is refused in it. */
export function rememberRefusal(now = Date.now()): void {
  const until = new Date((Math.floor(now / HOUR) + 1 + REFUSED_HOURS) * HOUR).toISOString();
  try {
    localStorage.setItem(SLOT, until);
  } catch {
    /* storage is blocked in some third-party frames; the cookie may be kept all the same */
  }
}

export function wasRefused(now = Date.now()): boolean {
  try {
    return Date.parse(localStorage.getItem(SLOT) ?? "") > now;
  } catch {
    return false;
  }
}
