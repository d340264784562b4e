/** Browsers fill fields in without the event that a binding waits for: some fire `change` alone,
 *  some fire none. A form with this attachment reads its own fields when one changes and once more
 *  before it is submitted, so that what stands in a field is what is sent. */
export function readAtSubmit(node: Element): () => void {
  const form = node as HTMLFormElement;
  const changed = ({ target }: Event) => read(target as Element);
  const submitted = () => {
    for (const field of form.elements) read(field);
  };
  form.addEventListener("change", changed);
  // Before the form's own listener: at its target a capturing listener comes first.
  form.addEventListener("submit", submitted, { capture: true });
  return () => {
    form.removeEventListener("change", changed);
    form.removeEventListener("submit", submitted, { capture: true });
  };
}

/** Fires the event that the field's binding listens to. */
function read(field: Element): void {
  const { type, checked } = field as HTMLInputElement;
  // A radio that is not chosen says nothing; its binding would take it for the choice.
  if (type === "submit" || (type === "radio" && !checked)) return;
  field.dispatchEvent(new Event(/^(select|check|radio)/.test(type) ? "change" : "input"));
}
