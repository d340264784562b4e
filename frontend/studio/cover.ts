/** A show's cover: what can be sent at all, and sending it. */
import { Refused, problemOf } from "../api/client";
import type { Show } from "../contract";
import type { Studio } from "./session.svelte";

export const COVER_TYPES = ["image/jpeg", "image/png", "image/webp"];
const LARGEST = 8 * 1024 * 1024;

type Sender = Pick<Studio, "request">;

/** The message for a file that need not be sent, because it would be refused. */
export function wrongWith({ type, size }: Pick<Blob, "type" | "size">): string | null {
  if (!COVER_TYPES.includes(type)) return "error.cover_type_unsupported";
  return size > LARGEST ? "studio.cover_too_large" : null;
}

/** The message of what went wrong, or null when the show has its new cover. */
export async function sendCover(
  studio: Sender,
  showId: string,
  file: Blob | null,
): Promise<{ show: Show } | { wrong: string }> {
  const wrong = file && wrongWith(file);
  if (wrong) return { wrong };
  try {
    const path = `/shows/${showId}/cover`;
    const show = file
      ? await studio.request<Show>(path, { method: "PUT", file })
      : await studio.request<Show>(path, { method: "DELETE" });
    return { show };
  } catch (error) {
    if (!(error instanceof Refused)) throw error;
    const { code } = problemOf(error);
    return { wrong: code === "payload_too_large" ? "studio.cover_too_large" : `error.${code}` };
  }
}
