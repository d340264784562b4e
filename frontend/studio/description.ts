/** A show's description between the form and the API, where null is none. */
import type { Lang, Show } from "../contract";
import { cleanParagraphs } from "../i18n/text";

type Description = Record<Lang, string>;

export function cleanDescription({ en, ar }: Description): Description | null {
  const clean = { en: cleanParagraphs(en), ar: cleanParagraphs(ar) };
  return clean.en || clean.ar ? clean : null;
}

/** What stands in for a language that nobody wrote is no description of its own: both are alike
 *  then, and it is shown in the first. */
export function writtenDescription(shown: Show["description"]): Description {
  if (!shown) return { en: "", ar: "" };
  if (shown.en !== shown.ar) return { ...shown };
  return /\p{Script=Arabic}/u.test(shown.en) ? { en: "", ar: shown.ar } : { en: shown.en, ar: "" };
}
