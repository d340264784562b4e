/** What somebody waits for, in words: the choice, and the product where there is none. */
import type { Wait } from "../contract";
import type { Language } from "../i18n/i18n";

export function waitedFor(words: Language, wait: Pick<Wait, "product" | "choice">): string {
  const parts = [words.pick(wait.product), words.pick(wait.choice)];
  return words.list(
    parts.filter((part) => part !== ""),
    "comma",
  );
}
