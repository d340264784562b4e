/** A custom element that mounts a component in the light DOM, in place of what the server wrote
 *  there. */
import { flushSync, mount, unmount, type Component } from "svelte";

export function defineIsland<Props extends Record<string, unknown>>(
  name: string,
  component: Component<Props>,
  props: () => Props,
): void {
  class Island extends HTMLElement {
    #mounted: Record<string, unknown> | null = null;

    connectedCallback(): void {
      if (this.#mounted) return;
      const fresh = document.createDocumentFragment();
      this.#mounted = mount(component, { target: fresh as unknown as Element, props: props() });
      flushSync();
      this.replaceChildren(fresh);
    }

    disconnectedCallback(): void {
      if (this.#mounted) void unmount(this.#mounted);
      this.#mounted = null;
    }
  }
  customElements.define(name, Island);
}
