/** Text as people paste it: the twin of `kit/text.py`, which says why. tests/unit/kit/text_cases.json holds both to the same results. */

const IGNORABLE = String.raw`\p{Default_Ignorable_Code_Point}\u2800`;
const CONTROL = String.raw`\x00-\x1f\x7f-\x9f`;
const UNSEEN = new RegExp(`^[\\s${CONTROL}${IGNORABLE}]*$`, "u");
const IGNORED = new RegExp(`[${IGNORABLE}]`, "gu");
/** Bidi_Control, and what has no width and no meaning for a reader. The joiners U+200C and U+200D stay inside a word. */
const MARKS = /[\u00ad\u061c\u180e\u200b\u200e\u200f\u202a-\u202e\u2060-\u2069\ufeff]/g;
const JOINER_AT_AN_EDGE = /(?<!\S)[\u200c\u200d]+|[\u200c\u200d]+(?!\S)/gu;
const BLANKS = new RegExp(`[\\s${CONTROL}]+`, "gu");
const DASHES = /[-\u058a\u05be\u2010-\u2015\u2212\u2e3a\u2e3b\ufe58\ufe63\uff0d]/g;
const LINES = /\r\n|[\n\v\f\r\x1c-\x1e\x85\u2028\u2029]/;

/** Whether a reader sees anything: a name of zero-width characters alone is none. */
export const isVisible = (text: string): boolean => !UNSEEN.test(text);

/** One line of words (a name, a street, a title): no marks, single blanks, nothing around it. */
export function cleanLine(text: string): string {
  if (!isVisible(text)) return "";
  return text.replace(MARKS, "").replace(BLANKS, " ").replace(JOINER_AT_AN_EDGE, "").trim();
}

/** Words of several lines: each line is clean, and at most one empty line separates two. */
export function cleanParagraphs(text: string): string {
  const lines = text.split(LINES).map(cleanLine).join("\n");
  return lines.replace(/\n{3,}/g, "\n\n").replace(/^\n+|\n+$/g, "");
}

/** What has no mark at all (a key, a token): neither marks nor joiners, no blank around it. */
export const cleanCode = (text: string): string => text.replace(IGNORED, "").trim();

/** An address, also when it was copied as a link. A blank inside stays, and is refused. */
export const cleanEmail = (text: string): string => cleanCode(text).replace(/^mailto:/, "");

/** A number that people group with blanks and dashes (a card): European digits, joined. */
export const cleanDigits = (text: string): string =>
  europeanDigits(cleanCode(text).replace(BLANKS, "").replace(DASHES, ""));

/** As it is written on a letter: capitals, European digits, one kind of dash, single blanks. */
export const cleanPostalCode = (text: string): string =>
  europeanDigits(cleanLine(text)).replace(DASHES, "-").toUpperCase();

/** Arabic-Indic, Persian and full-width digits become European ones: every field accepts them all and stores these. */
export function europeanDigits(text: string): string {
  return text.replace(/[٠-٩۰-۹０-９]/g, (digit) => String(digit.charCodeAt(0) & 0xf));
}

/** What an address that can be written to looks like; the server's pattern, which decides. */
export const isEmail = (text: string): boolean =>
  /^[^@\s<>,;:]+@[^@\s<>,;:.]+(\.[^@\s<>,;:.]+)+$/.test(text);
