/** Which sheet is open, and what the browser's Back does. What is open has one entry in the
 *  browser's history, so that Back closes it instead of leaving the show. Pure. */

export type View = "show" | "shelf" | "product" | "checkout" | "thanks";

export interface Navigation {
  readonly view: View;
  readonly productId: string | null;
  /** Where the sheet was opened: Back from a product leads to the shelf it was found on. */
  readonly from: View;
  readonly inHistory: boolean;
}

/** The next place, and what the browser's history must do for it. */
export interface Move {
  to: Navigation;
  history: "push" | "back" | null;
}

const SHEETS: ReadonlySet<View> = new Set(["product", "checkout", "thanks"]);
export const isSheet = (view: View): boolean => SHEETS.has(view);

export const atShow: Navigation = {
  view: "show",
  productId: null,
  from: "show",
  inHistory: false,
};

export function open(now: Navigation, view: View, productId: string | null): Move {
  const push = !now.inHistory && view !== "show";
  return {
    to: {
      view,
      productId,
      from: isSheet(now.view) ? now.from : now.view,
      inHistory: now.inHistory || push,
    },
    history: push ? "push" : null,
  };
}

/** Closes what is open. Without `to`, a product leads back to where it was found. */
export function close(now: Navigation, to?: View): Move {
  const view = to ?? (now.view === "product" ? now.from : "show");
  const back = view === "show" && now.inHistory;
  return {
    to: { ...now, view, inHistory: now.inHistory && !back },
    history: back ? "back" : null,
  };
}

/** The person pressed Back: our entry is gone already. Null when it was not ours. */
export function wentBack(now: Navigation): Move | null {
  if (!now.inHistory) return null;
  const gone = { ...now, inHistory: false };
  return now.view === "product" && now.from === "shelf"
    ? open(gone, "shelf", now.productId)
    : close(gone, "show");
}
