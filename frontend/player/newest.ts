/** The film of the newest media, which the server's page shows before there is a player. It moves to
 *  the player's stage, and goes when the player has a picture of its own. */

/** What the page shows of it; null where it shows none, or the browser did not let it begin. */
export function newestFilm(): HTMLVideoElement | null {
  const film = document.querySelector<HTMLVideoElement>("video.stage__newest");
  // A browser that refuses to begin (a data saver, mostly) may draw a button of its own on it.
  if (!film || film.error || (film.paused && film.readyState > 2)) return null;
  return film;
}

/** Milliseconds; a picture that takes longer is not waited for. */
const PATIENCE = 300;

/** Resolves when a picture of the film is on screen, or cannot be soon. What the page's scripts do
 *  first would keep the browser from painting it for as long as they run. */
export function pictured(film: HTMLVideoElement, patience = PATIENCE): Promise<void> {
  return new Promise((resolve) => {
    setTimeout(resolve, patience);
    film.addEventListener("error", () => resolve(), { once: true });
    if (film.requestVideoFrameCallback) film.requestVideoFrameCallback(() => resolve());
    else film.addEventListener("playing", () => resolve(), { once: true });
  });
}

/** Lays the film over `video`, in the turn of the event loop in which it leaves its old place: later
 *  it would be paused. `moves` is told whether a moving picture is to be seen. */
export function lay(
  film: HTMLVideoElement,
  video: HTMLVideoElement,
  moves: (picture: boolean) => void,
): void {
  video.after(film);
  moves(film.readyState > 2 && !film.ended);
  film.addEventListener("playing", () => moves(true));
  for (const name of ["ended", "error"]) film.addEventListener(name, () => moves(false));
}

/** Lets go of what it has loaded, too. */
export function end(film: HTMLVideoElement): void {
  film.remove();
  film.removeAttribute("src");
  film.load();
}
