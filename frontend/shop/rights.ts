/** What a `sandbox` took from this page: that of a frame, which windows opened from it inherit. */

/** Without `allow-forms` a browser drops every submission before its event: the age question and
 *  the order could be filled in and would do nothing. Nothing else tells a page about it. */
export function formsWork(): boolean {
  const probe = document.createElement("form");
  let works = false;
  probe.addEventListener("submit", (event) => {
    works = true;
    event.preventDefault();
    event.stopPropagation();
  });
  probe.hidden = true;
  document.body.append(probe);
  probe.requestSubmit();
  probe.remove();
  return works;
}
