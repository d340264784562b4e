/** The front page is complete without this: it only turns the server's UTC times into the viewer's
 *  own. */
import { language } from "../i18n/i18n";
import { pageData } from "../page";

const page = pageData();
const words = language(page.lang, page.messages);

for (const element of document.querySelectorAll<HTMLTimeElement>("time[data-local]")) {
  element.textContent = words.time(element.dateTime);
}
for (const element of document.querySelectorAll<HTMLTimeElement>("time[data-day]")) {
  element.textContent = words.day(element.dateTime);
}
for (const element of document.querySelectorAll("[data-zone]")) {
  element.textContent = words.t("home.your_time");
}
for (const element of document.querySelectorAll<HTMLElement>("[data-date]")) {
  const moment = new Date(element.dataset.date ?? "");
  const locale = page.lang === "ar" ? "ar-u-nu-latn" : "en-GB";
  const today = moment.toDateString() === new Date().toDateString();
  element.querySelector("b")!.textContent = words.number(moment.getDate());
  element.querySelector("span")!.textContent = today
    ? words.t("home.today")
    : new Intl.DateTimeFormat(locale, { weekday: "short" }).format(moment);
}
