import { afterAll, beforeAll, beforeEach, expect, test, vi } from "vitest";
import { readAtSubmit } from "./autofill";

/** As much of a field as the attachment looks at: what it heard is what a binding would read. */
class Field extends EventTarget {
  readonly heard: string[] = [];
  constructor(
    readonly type = "text",
    readonly checked = true,
  ) {
    super();
    for (const name of ["input", "change"])
      this.addEventListener(name, () => this.heard.push(name));
  }
}
class Input extends Field {}
class Select extends Field {}
class Area extends Field {}

class Form extends EventTarget {
  readonly elements: Field[] = [];
  submitted: string[][] = [];

  /** A page's own listener, which reads what the bindings know. */
  onsubmit = () => this.submitted.push(this.elements.map(({ heard }) => heard.join()));
  submit(): void {
    this.dispatchEvent(new Event("submit"));
  }
  /** `change` bubbles from a field to its form. */
  changed(field: Field): void {
    const event = new Event("change");
    Object.defineProperty(event, "target", { value: field });
    this.dispatchEvent(event);
  }
}

beforeAll(() => {
  vi.stubGlobal("HTMLInputElement", Input);
  vi.stubGlobal("HTMLSelectElement", Select);
  vi.stubGlobal("HTMLTextAreaElement", Area);
});
afterAll(() => vi.unstubAllGlobals());

let form: Form;
let detach: () => void;
beforeEach(() => {
  form = new Form();
  detach = readAtSubmit(form as unknown as Element);
  form.addEventListener("submit", form.onsubmit);
});

test("a field that was filled in without a word is read before the form's own listener", () => {
  form.elements.push(new Input("email"), new Area());
  form.submit();

  expect(form.submitted).toEqual([["input", "input"]]);
});

test("a check and a choice are read by the event that their bindings hear", () => {
  form.elements.push(new Input("checkbox"), new Input("radio"), new Select("select-one"));
  form.submit();

  expect(form.submitted).toEqual([["change", "change", "change"]]);
});

test("a radio that is not chosen is not read: its binding would take it for the choice", () => {
  form.elements.push(new Input("radio", true), new Input("radio", false));
  form.submit();

  expect(form.submitted).toEqual([["change", ""]]);
});

test("a field that says change alone is read at once", () => {
  const email = new Input("email");
  form.elements.push(email);
  form.changed(email);

  expect(email.heard).toEqual(["input"]);
});

test("what is no field is left alone", () => {
  const button = new Field("submit");
  form.elements.push(button);
  form.submit();

  expect(button.heard).toEqual([]);
});

test("a form that is gone reads nothing more", () => {
  form.elements.push(new Input());
  detach();
  form.submit();

  expect(form.submitted).toEqual([[""]]);
});
