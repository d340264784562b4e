/** Moves the focus into what has just been opened, so that a keyboard or a screen reader goes on from there. */
export function trapFocusStart(node: Element, when: () => boolean = () => true): void {
  if (when()) (node as HTMLElement).focus({ preventScroll: true });
}
