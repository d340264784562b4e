/** What waits for a moderator before anybody else sees it. */
import type { ChatMessage } from "../contract";
import { Decisions } from "./decisions.svelte";
import type { ShowChat } from "./show-chat.svelte";

export class HeldQueue extends Decisions<ChatMessage> {
  constructor(chat: ShowChat) {
    super(chat, "held-messages");
  }

  approve(message: ChatMessage): Promise<boolean> {
    return this.decide(message, "approve", undefined, () =>
      this.chat.offerUndo({
        words: "moderation.approved",
        name: message.name,
        undo: () => this.chat.studio.request(`/messages/${message.id}`, { method: "DELETE" }),
      }),
    );
  }

  refuse(message: ChatMessage): Promise<boolean> {
    return this.decide(message, "refuse", undefined, () =>
      this.chat.offerUndo({
        words: "moderation.refused",
        name: message.name,
        label: "moderation.show_after_all",
        undo: () => this.chat.studio.request(`/messages/${message.id}/restore`, { method: "POST" }),
      }),
    );
  }

  /** All that its writer has waiting is refused with it. */
  async refuseAndMute(message: ChatMessage): Promise<boolean> {
    const done = await this.chat.mute(message, 10);
    if (done) this.isDecided(message);
    await this.load();
    return done;
  }
}
