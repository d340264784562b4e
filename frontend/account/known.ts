/** What is kept of a viewer, in words: the server sends codes. */
import type { Language } from "../i18n/i18n";

const MOMENT = /^\d{4}-\d{2}-\d{2}T/;

export function shownAs(
  words: Language,
  name: string,
  value: string | number | null,
): string | number | null {
  if (typeof value !== "string") return value;
  switch (name) {
    case "age_band":
      return words.t(`viewer.band.${value}`);
    case "shown_as_buyer":
      return words.t("viewer.yes");
    case "state":
      return words.t(`viewer.order_state.${value}`);
    case "wait_state":
      return words.t(`wait.state.${value}`);
    case "kind":
      return words.t(`viewer.request.${value}`);
    case "country":
      return words.country(value);
    case "language":
      return new Intl.DisplayNames([words.lang], { type: "language" }).of(value) ?? value;
    default:
      return name.endsWith("_at") && MOMENT.test(value) ? words.day(value) : value;
  }
}
