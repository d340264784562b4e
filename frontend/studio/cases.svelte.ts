/** Messages that viewers reported, which everybody sees until the team has decided. */
import { SvelteSet } from "svelte/reactivity";
import type { Case, CaseDecision } from "../contract";
import { Decisions } from "./decisions.svelte";
import type { ShowChat } from "./show-chat.svelte";

export class CaseQueue extends Decisions<Case> {
  /** Whose writers were said here to be children, perhaps. */
  readonly doubted = new SvelteSet<string>();

  constructor(chat: ShowChat) {
    super(chat, "reports");
  }

  keep(message: Case): Promise<boolean> {
    return this.#decide(message, "keep", () => undefined);
  }

  remove(message: Case): Promise<boolean> {
    return this.#decide(message, "delete", () =>
      this.chat.offerUndo({
        words: "moderation.deleted",
        name: message.name,
        undo: () => this.#restore(message),
      }),
    );
  }

  removeAndMute(message: Case): Promise<boolean> {
    return this.#decide(message, "mute", () =>
      this.chat.offerUndo({
        words: "moderation.muted",
        name: message.name,
        undo: async () => {
          await this.chat.studio.request(`/messages/${message.id}/mute`, { method: "DELETE" });
          await this.#restore(message);
        },
      }),
    );
  }

  /** Beside what becomes of the message, which still waits. */
  suspect(message: Case): Promise<boolean> {
    return this.chat.once(`suspect ${message.id}`, async () => {
      await this.chat.studio.request(`/messages/${message.id}/suspicion`, { method: "POST" });
      this.doubted.add(message.id);
    });
  }

  #decide(message: Case, decision: CaseDecision, decided: () => void): Promise<boolean> {
    return this.decide(message, "case", { decision }, decided);
  }

  #restore({ id }: Case): Promise<unknown> {
    return this.chat.studio.request(`/messages/${id}/restore`, { method: "POST" });
  }
}
