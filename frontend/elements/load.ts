/** Parts of a page that come when they are needed: their script is a file of its own, and the network
 *  may be away for a moment. */

const FIRST_PAUSE = 1000;
const LONGEST_PAUSE = 15_000;

/** What `load` answers, asked for again until it comes: after a second, then after twice as long. */
export async function loaded<T>(load: () => Promise<T>): Promise<T> {
  for (let pause = FIRST_PAUSE; ; pause = Math.min(LONGEST_PAUSE, pause * 2)) {
    try {
      return await load();
    } catch {
      await new Promise((resolve) => setTimeout(resolve, pause));
    }
  }
}
