/** The bank's question, asked by the provider's script. */
import type { Buying } from "./buying.svelte";

interface Asks {
  authenticate(secret: string): Promise<void>;
}
type Answered = Pick<Buying, "answer" | "confirm">;

const secretOf = ({ answer }: Answered): string | null =>
  answer?.next?.kind === "authenticate" ? answer.next.client_secret : null;

/** After paying: the question, if there is one, and what became of it. */
export async function answerBank(buying: Answered, provider: Asks | null): Promise<void> {
  const secret = secretOf(buying);
  if (!secret || !provider) return;
  // Closed, refused or failed: the server learns it from the provider.
  await provider.authenticate(secret).catch(() => undefined);
  await buying.confirm();
}

/** The buyer presses "confirm", perhaps after a reload: the secret is in no storage, so the server
 *  asks the provider for it again. */
export async function confirmAtBank(buying: Answered, provider: Asks | null): Promise<void> {
  if (!secretOf(buying)) await buying.confirm();
  await answerBank(buying, provider);
}
