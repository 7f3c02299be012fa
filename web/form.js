/* Forms that show the API's problems at the fields they are about. */

import {append, el, newId} from "./dom.js";
import {attempt, notice} from "./notice.js";

/*
 * field("Date", "date", { type: "date", value, hint, options: [[value, text]], … }): a label with its control, a hint and a place
 * for what is wrong with it. Other attributes go to the control.
 */
export function field(label, name, {options, hint, value, ...attributes} = {}) {
  const id = newId(name);
  const about = [hint && `${id}-hint`, `${id}-error`].filter(Boolean).join(" ");
  const shared = {id, name, "aria-describedby": about, ...attributes};
  let control;
  if (options) {
    control = el("select", shared, options.map(([choice, text]) => el("option", {value: choice}, text)));
    if (value !== undefined && value !== null) control.value = value;
  } else {
    control = el("input", {type: "text", ...shared, value});
  }
  const isBox = attributes.type === "checkbox";
  const said = el("label", {"for": id}, label);
  return el("div", {class: isBox ? "field box" : "field"}, isBox ? [control, said] : [said, control],
      hint && el("p", {class: "hint", id: `${id}-hint`}, hint), el("p", {class: "error", id: `${id}-error`}));
}

const controls = (form) => [...form.elements].filter((one) => one.name);
const errorOf = (control) => control.closest(".field")?.querySelector(".error");

/* What was typed, by name, trimmed; passwords as they are; boxes as true and false. */
export function values(form) {
  const read = (one) => (one.type === "checkbox" ? one.checked : one.type === "password" ? one.value : one.value.trim());
  return Object.fromEntries(controls(form).map((one) => [one.name, read(one)]));
}

function clear(form) {
  for (const control of controls(form)) {
    control.removeAttribute("aria-invalid");
    errorOf(control)?.replaceChildren();
  }
  form.querySelector(".form-error")?.replaceChildren();
}

/* The API's details go on from the field's name ("must be a date"): said whole they begin with its label. */
function sentence(control, detail) {
  const label = control.closest(".field").querySelector("label").textContent;
  const isPredicate = /^(must|has|have|is|are|can|can't|needs?|may|does|do|was|were|comes|names|lies|belongs)\b/.test(detail);
  return isPredicate ? `${label} ${detail}` : detail.charAt(0).toUpperCase() + detail.slice(1);
}

/* Puts each error of a problem at its field; what has no field here stands above the button. */
function showProblem(form, problem) {
  clear(form);
  const homeless = [];
  for (const {pointer, detail} of problem.errors ?? []) {
    const names = [pointer.replace(/^\//, ""), pointer.split("/").filter((part) => !/^\d+$/.test(part)).pop()];
    const control = controls(form).find((one) => names.includes(one.name) && errorOf(one));
    if (!control) {
      homeless.push(pointer ? `${pointer.replace(/^\//, "")} ${detail}` : detail);
      continue;
    }
    control.setAttribute("aria-invalid", "true");
    errorOf(control).textContent = sentence(control, detail);
  }
  const first = form.querySelector("[aria-invalid]");
  if (homeless.length || !first) form.querySelector(".form-error").textContent = homeless.join("; ") || problem.message;
  (first ?? form.querySelector(".form-error")).focus();
}

/*
 * form("Save", async (values, form) => …, {}, fields…): busy while it is sent, and told what was wrong. Options: `beside` stands
 * beside the button, `danger` makes it a warning, `class` in place of "stack".
 */
export function form(submit, send, options, ...content) {
  const button = el("button", {class: options.danger ? "danger" : "primary", type: "submit"}, submit);
  const made = el("form", {novalidate: true, class: options.class ?? "stack"}, content,
      el("p", {class: "form-error", role: "alert", tabindex: "-1"}), el("div", {class: "actions"}, button, options.beside));
  made.addEventListener("submit", async (event) => {
    event.preventDefault();
    if (button.disabled) return;
    clear(made);
    button.disabled = true;
    made.setAttribute("aria-busy", "true");
    try {
      await send(values(made), made);
    } catch (problem) {
      if (problem.errors === undefined) console.error(problem);
      showProblem(made, problem);
    } finally {
      button.disabled = false;
      made.removeAttribute("aria-busy");
    }
  });
  return made;
}

/* A dialog of its own (HTML's <dialog>: keeps the focus in, Escape closes). Gives it open; `close` is its method. */
export function dialog(title, ...content) {
  const heading = el("h2", {id: newId("dialog")}, title);
  const made = el("dialog", {"aria-labelledby": heading.id},
      el("header", {}, heading,
          el("button", {type: "button", class: "quiet", "aria-label": "Close", onclick: () => made.close()}, "✕")));
  append(made, content);
  made.addEventListener("close", () => made.remove());
  document.body.append(made);
  made.showModal();
  return made;
}

/* A dialog in which something is changed or deleted: save(values) and remove() ask the API; `again` draws what shows it anew. */
export function editor(title, {save, remove, again}, ...fields) {
  const done = () => {
    made.close();
    again();
  };
  const deleted = async () => {
    await remove();
    done();
    notice("Deleted.");
  };
  const button = el("button", {type: "button", class: "danger", onclick: () => attempt(deleted)}, "Delete");
  const made = dialog(title, form("Save", async (values) => {
    await save(values);
    done();
  }, {beside: button}, fields));
}
