/** Why there is no show to see, and what the brand's page says then. */

/** `origin_not_allowed`: the show exists, but no merchant of it registered the page's origin. */
export type Failure = "show_missing" | "show_not_found" | "origin_not_allowed" | "unreachable";

export const UNAVAILABLE = {
  en: { text: "The show cannot be seen here right now.", open: "Open it on its own page" },
  ar: { text: "لا يمكن مشاهدة العرض هنا الآن.", open: "فتحه في صفحته" },
} as const;

/** The language of a tag (BCP 47: case does not matter, the first subtag is the language), if it is
 *  one of ours. */
export function languageOf(tag: string): keyof typeof UNAVAILABLE | null {
  const primary = tag.trim().split(/[-_]/, 1)[0]!.toLowerCase();
  return primary === "en" || primary === "ar" ? primary : null;
}
