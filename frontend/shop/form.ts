/** What a guest types, and what is missing from it. `kept.ts` says how long the browser keeps it; the card is never kept. */
import type { Problem } from "../api/client";
import type { Address } from "../contract";
import {
  cleanDigits,
  cleanEmail,
  cleanLine,
  cleanPostalCode,
  isEmail,
  isVisible,
} from "../i18n/text";

export interface Form {
  email: string;
  /** What the answer about the date of birth got; empty before it. The date itself is nowhere. */
  admission: string;
  name: string;
  line1: string;
  line2: string;
  city: string;
  postal_code: string;
  country: string;
  /** Of the creator who brought the buyer, where one was typed. */
  code?: string;
  number: string;
}
/** Of an address. */
export type Lines = Pick<Form, (typeof ADDRESS)[number]>;
export const ADDRESS = ["name", "line1", "line2", "city", "postal_code", "country"] as const;
/** What the API takes from a buyer. */
export interface Details {
  email: string;
  admission: string;
  address: Address;
  /** Chosen ways of delivery, one a seller at most. */
  delivery?: string[];
  /** Tokens of claimed coupons. */
  coupons?: string[];
  /** Ids of what the sellers lay down, as it could be read. */
  terms?: string[];
  /** A creator's code: of the page's address, and typed. */
  via?: string;
  code?: string;
}
/** Field to message key, in the order of the page. */
export type Wrong = Partial<Record<Field, string>>;
type Field = Exclude<keyof Form, "admission">;

export const emptyForm = (country: string): Form => ({
  email: "",
  admission: "",
  name: "",
  line1: "",
  line2: "",
  city: "",
  postal_code: "",
  country,
  number: "",
});

const MESSAGES: Record<Field, string> = {
  email: "field.email",
  name: "field.name",
  line1: "field.line1",
  line2: "field.line2",
  city: "field.city",
  postal_code: "field.postal_code",
  country: "field.country",
  code: "field.code",
  number: "field.number",
};
const LINES = ["name", "line1", "line2", "city", "postal_code"] as const;
/** Characters of a line, as the server says (`kit/text.py`). */
const LONGEST = 200;

/** `cardTyped`: the card's number is a field of this form, not of the provider's own. */
export function problemsIn(form: Form, postalCodeNeeded = true, cardTyped = true): Wrong {
  const wrong: Wrong = {};
  if (!isEmail(cleanEmail(form.email))) wrong.email = MESSAGES.email;
  Object.assign(wrong, problemsInLines(form, postalCodeNeeded));
  if (cardTyped && !/^\d{12,19}$/.test(cardNumber(form))) wrong.number = MESSAGES.number;
  return wrong;
}

export function problemsInLines(lines: Lines, postalCodeNeeded = true): Wrong {
  const wrong: Wrong = {};
  for (const name of LINES) {
    const optional = name === "line2" || (name === "postal_code" && !postalCodeNeeded);
    if (!optional && !isVisible(lines[name])) wrong[name] = MESSAGES[name];
    else if ([...cleanLine(lines[name])].length > LONGEST) wrong[name] = MESSAGES.line2;
  }
  return wrong;
}

/** A refusal that names fields of the form, beside each of them; null for any other. */
export function wrongIn(problem: Problem | null): Wrong | null {
  if (problem?.code === "not_delivered") return { country: MESSAGES.country };
  if (problem?.code === "code_unknown") return { code: MESSAGES.code };
  if (problem?.code === "payment_method_invalid") return { number: MESSAGES.number };
  const names = problem?.fields?.map(({ path }) => path.split("/").at(-1)!) ?? [];
  const known = names.filter((name): name is Field => name in MESSAGES);
  return known.length ? Object.fromEntries(known.map((name) => [name, MESSAGES[name]])) : null;
}

export function toAddress(lines: Lines): Address {
  const line2 = cleanLine(lines.line2);
  const postal_code = cleanPostalCode(lines.postal_code);
  return {
    name: cleanLine(lines.name),
    line1: cleanLine(lines.line1),
    ...(line2 ? { line2 } : {}),
    city: cleanLine(lines.city),
    ...(postal_code ? { postal_code } : {}),
    country: lines.country,
  };
}

export function toDetails(form: Form, delivery: string[] = [], terms?: string[]): Details {
  return {
    email: cleanEmail(form.email),
    admission: form.admission,
    address: toAddress(form),
    ...(delivery.length ? { delivery } : {}),
    ...(terms ? { terms } : {}),
  };
}

export const cardNumber = (form: Form) => cleanDigits(form.number);

/** The built-in test provider's cards, each with one fixed outcome. */
export const TEST_CARDS = [
  { number: "4242 4242 4242 4242", label: "test_card.ok" },
  { number: "4000 0000 0000 0002", label: "test_card.declined" },
  { number: "4000 0025 0000 3155", label: "test_card.confirm" },
  { number: "4000 0000 0000 0077", label: "test_card.slow" },
] as const;
