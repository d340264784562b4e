/** Under which name this browser writes in a show, and the token that proves it. */

export interface Voice {
  token: string;
  name: string;
}

/** What the first thing that a guest writes says besides its text. */
export interface First {
  name: string;
  admission: string;
  country: string;
}

const slotOf = (show: string): string => `showfloor.chat.${show}`;

export function keptVoice(show: string): Voice | null {
  try {
    const kept = JSON.parse(localStorage.getItem(slotOf(show)) ?? "null") as Partial<Voice> | null;
    return kept?.token && kept.name ? { token: kept.token, name: kept.name } : null;
  } catch {
    return null;
  }
}

/** A frame on another site may have no storage: then the name lasts as long as the page. */
export function keepVoice(show: string, voice: Voice | null): void {
  try {
    if (voice) localStorage.setItem(slotOf(show), JSON.stringify(voice));
    else localStorage.removeItem(slotOf(show));
  } catch {
    /* see above */
  }
}
