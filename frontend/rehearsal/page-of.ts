/** The data of a show's page, of a show that only the API knows of. */
import type { WatchedRehearsal } from "../contract";
import type { RehearsalPage, ShowPageData } from "../page";

/** Nothing is sold in a rehearsal: what a page knows for buyers is empty. */
export function pageOf(page: RehearsalPage, { show, ends_at }: WatchedRehearsal): ShowPageData {
  return {
    ...page,
    show,
    stock: {},
    country: show.market.toUpperCase(),
    postal_code_needed: false,
    hold_seconds: 0,
    payments: {},
    mails: false,
    save_data: false,
    chat: false,
    embed: null,
    clip: null,
    rehearsal: { show_id: page.rehearsal.show_id, ends_at },
  };
}
