/* What just happened, said where everybody sees and screen readers hear it; with one way back where there is one. */

import {el} from "./dom.js";

const SHOWN_MS = 8000;

export function notice(text, undo) {
  const open = document.querySelector("dialog[open]"); /* behind which nothing is reached or read out */
  const gone = () => made.remove();
  const back = undo &&
      el("button", {
        type: "button",
        class: "quiet",
        onclick: async () => {
          gone();
          await attempt(undo);
        }
      },
          "Undo");
  const made = el("p", {class: "notice", role: open && "alert"}, el("span", {}, text), back,
      el("button", {type: "button", class: "quiet", "aria-label": "Dismiss", onclick: gone}, "✕"));
  document.querySelector(".notice")?.remove();
  (open ?? document.getElementById("notices")).append(made);
  let timer = setTimeout(gone, SHOWN_MS);
  made.addEventListener("focusin", () => clearTimeout(timer));
  made.addEventListener("focusout", () => (timer = setTimeout(gone, SHOWN_MS)));
}

/* Runs an act of a button and says when it fails. True: it worked. */
export async function attempt(act) {
  try {
    await act();
    return true;
  } catch (problem) {
    if (problem.status === undefined) console.error(problem);
    notice(problem.message);
    return false;
  }
}
