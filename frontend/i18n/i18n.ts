/** Words, numbers, prices and times in the page's language. The catalog is the one that the server
 *  reads (`kit/messages`). */
import type { Lang, Money, Words } from "../contract";

export type Plural = Partial<Record<Intl.LDMLPluralRule, string>> & { other: string };
export type Catalog = Record<string, string | Plural>;
export type Params = Record<string, string | number | Money>;

export interface Language {
  lang: Lang;
  dir: "ltr" | "rtl";
  /** The language a person can change to. */
  other: Lang;
  /** The text under `key`, its plural form chosen by `params.count`. */
  t(key: string, params?: Params): string;
  /** The text of a value that exists in both languages. */
  pick(words: Words): string;
  /** Names in one sentence, each in its own direction; `between` is the text `list.and` or `list.comma`. */
  list(names: readonly string[], between?: "and" | "comma"): string;
  number(value: number, digits?: number): string;
  price(money: Money): string;
  /** `19:00` in the viewer's zone. */
  time(moment: string): string;
  /** `Mon 23 November` in the viewer's zone; with the year when it is another one than this. */
  day(moment: string): string;
  /** `Tue 2 to Thu 4 December` for two dates of the calendar, whatever the viewer's zone. */
  days(from: string, to: string): string;
  /** The name of an ISO 3166-1 country. */
  country(code: string): string;
  /** `4:32` for 272 seconds, `1:04:32` an hour later; the same in every language. */
  clock(seconds: number): string;
}

/** European digits are the default of Arabic, too (visual direction, *Numerals*). */
const LOCALE: Record<Lang, string> = { en: "en-GB", ar: "ar-u-nu-latn" };
/** A name in the other direction is isolated (UAX 9, FSI and PDI), or it would drag the signs
 *  beside it along. */
const OTHER_SCRIPT: Record<Lang, RegExp> = { en: /[\u0590-\u08ff]/, ar: /[A-Za-z]/ };
const NO_BREAK = "\u00a0";

export function language(lang: Lang, catalog: Catalog): Language {
  const locale = LOCALE[lang];
  const rules = new Intl.PluralRules(lang);

  function number(value: number, digits = 0): string {
    return new Intl.NumberFormat(locale, {
      minimumFractionDigits: digits,
      maximumFractionDigits: digits,
    }).format(value);
  }

  /** Symbol first in English, behind the sign, after a no-break space in Arabic. A symbol made of
   *  letters is set off in English, too. */
  function price({ amount, currency }: Money): string {
    const digits = precision(currency);
    const symbol = (catalog[`currency.${currency}`] as string | undefined) ?? currency;
    if (lang === "ar") return number(amount / 10 ** digits, digits) + NO_BREAK + symbol;
    const value = number(Math.abs(amount) / 10 ** digits, digits);
    const sign = amount < 0 ? "\u2212" : "";
    return sign + (/\p{L}$/u.test(symbol) ? symbol + NO_BREAK + value : symbol + value);
  }

  const isolated = (text: string): string =>
    OTHER_SCRIPT[lang].test(text) ? `\u2068${text}\u2069` : text;

  function shown(value: string | number | Money): string {
    if (typeof value === "string") return isolated(value);
    return typeof value === "number"
      ? number(value, Number.isInteger(value) ? 0 : 1)
      : price(value);
  }

  function t(key: string, params: Params = {}): string {
    const entry = catalog[key];
    if (entry === undefined) return key;
    const text =
      typeof entry === "string"
        ? entry
        : (entry[rules.select(Number(params.count))] ?? entry.other);
    return text.replace(/\{(\w+)\}/g, (hole, name: string) =>
      name in params ? shown(params[name]!) : hole,
    );
  }

  const format = (options: Intl.DateTimeFormatOptions) => {
    const formatter = new Intl.DateTimeFormat(locale, options);
    return (moment: string) => formatter.format(new Date(moment));
  };

  const regions = new Intl.DisplayNames([locale], { type: "region" });
  const calendar = new Intl.DateTimeFormat(locale, {
    weekday: "short",
    day: "numeric",
    month: "long",
    timeZone: "UTC",
  });

  /** In words, because the formatters' own ranges have a dash that turns round in Arabic. */
  function days(from: string, to: string): string {
    const [first, last] = [new Date(from), new Date(to)].map((date) => calendar.format(date));
    return from === to ? last! : t("list.from_to", { from: first!, to: last! });
  }

  const thisYear = format({ weekday: "short", day: "numeric", month: "long" });
  const anyYear = format({ weekday: "short", day: "numeric", month: "long", year: "numeric" });

  return {
    lang,
    dir: lang === "ar" ? "rtl" : "ltr",
    other: lang === "ar" ? "en" : "ar",
    t,
    pick: (words) => words[lang] || words.en,
    list: (names, between = "and") => names.map(isolated).join(t(`list.${between}`)),
    number,
    price,
    time: format({ hour: "2-digit", minute: "2-digit", hourCycle: "h23" }),
    day: (moment) =>
      (new Date(moment).getFullYear() === new Date().getFullYear() ? thisYear : anyYear)(moment),
    days,
    country: (code) => regions.of(code) ?? code,
    clock,
  };
}

/** Decimal places of a currency (CLDR): 2 for USD, 0 for JPY, 3 for KWD. */
export function precision(currency: string): number {
  return (
    new Intl.NumberFormat("en", { style: "currency", currency }).resolvedOptions()
      .maximumFractionDigits ?? 2
  );
}

export function clock(seconds: number): string {
  const left = Math.max(0, Math.ceil(seconds));
  const two = (value: number) => String(value).padStart(2, "0");
  const [hours, minutes] = [Math.floor(left / 3600), Math.floor(left / 60) % 60];
  return `${hours ? `${hours}:${two(minutes)}` : minutes}:${two(left % 60)}`;
}
