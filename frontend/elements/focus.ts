/** Moves the focus into what has just been opened, so that a keyboard or a screen reader goes on
 *  from there. */
export function takeFocus(node: Element, when: () => boolean = () => true): void {
  if (when()) (node as HTMLElement).focus({ preventScroll: true });
}

/** Moves the focus to the field that has to be filled in first, so that what is wrong with it is
 *  seen and read out; or to the first of these that is there, when what had it is gone. */
export function focusOn(...ids: string[]): void {
  for (const id of ids) {
    const found = document.getElementById(id);
    if (found) return found.focus();
  }
}

/** Brings a notice into view: what happened is above what was being typed. */
export function bringIntoView(node: Element): void {
  const calm = matchMedia("(prefers-reduced-motion: reduce)").matches;
  node.scrollIntoView({ block: "nearest", behavior: calm ? "auto" : "smooth" });
}
