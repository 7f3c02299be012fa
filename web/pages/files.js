/* Bank files: chosen or dropped, tried first, taken in, and taken back. */

import {call, follow, get, target} from "../api.js";
import {accountOptions, books} from "../books.js";
import {append, el, refill} from "../dom.js";
import {dialog, field, form} from "../form.js";
import {bytes, count, day, instant, isNegative, money} from "../format.js";
import {attempt, notice} from "../notice.js";

export const title = "Bank files";

const FATES = {
  inserted: "new",
  duplicate: "here before",
  matched: "matched an entry",
  skipped_deleted: "deleted here before",
  pending: "not booked yet",
  rejected: "rejected",
};
const STATES = {
  receiving: "arriving",
  queued: "waiting",
  running: "being read",
  done: "done",
  failed: "failed",
  undone: "undone"
};
const PROOFS = {
  proved: "The balances that the file states are proved.",
  mismatch: "The balances that the file states differ by",
  not_stated: ""
};
const ROWS_SHOWN = 10;

/* Columns of a CSV file, as a person may correct the guess; the names are those of the API's mapping. */
const COLUMNS = [
  ["date", "Date"],
  ["amount", "Amount"],
  ["debit", "Money out"],
  ["credit", "Money in"],
  ["payee", "Payee"],
  ["memo", "Text"],
  ["delimiter", "Separator"],
  ["decimal", "Decimal sign"],
];

const SEVERAL = ["amount", "payee", "memo"]; /* may be columns parted by commas: added up, or joined */
const SIGNS = {
  tab: "\t",
  space: " "
};

function rowsTable(rows, caption) {
  return el("div", {class: "scroll", tabindex: "0", role: "region", "aria-label": caption},
      el("table", {class: "plain"},
          el("tbody", {},
              rows.map((one) => el("tr", {}, el("td", {class: "date"}, one.date ? day(one.date) : ""),
                           el("td", {class: "grow"},
                               [one.payee, one.description]
                                   .filter(Boolean)
                                   .filter((text, at, both) => both.indexOf(text) === at)
                                   .join(" · ")),
                           el("td", {class: isNegative(one.amount) ? "amount" : "amount in"},
                               money(one.amount, one.currency, true)))))));
}

function rejectedTable(rows) {
  return el("div", {class: "scroll", tabindex: "0", role: "region", "aria-label": "Rejected rows"},
      el("table", {class: "plain rejected"},
          el("thead", {},
              el("tr", {}, el("th", {scope: "col", class: "amount"}, "Line"), el("th", {scope: "col"}, "Reason"),
                  el("th", {scope: "col"}, "What stands there"))),
          el("tbody", {},
              rows.map((one) => el("tr", {}, el("td", {class: "amount"}, one.line === null ? "" : count(one.line)),
                           el("td", {}, one.reason), el("td", {}, one.text ?? one.description ?? ""))))));
}

/* What the person wrote of the columns over what was guessed; empty takes a column out. A number is a column's place. */
function corrected(guess, typed) {
  const column = (text) => (/^\d+$/.test(text) ? Number(text) : SIGNS[text] ?? text);
  const mapping = {...guess};
  for (const [name] of COLUMNS) {
    const text = typed[name];
    if (text === "")
      delete mapping[name];
    else if (text !== shownColumn(guess[name]))
      mapping[name] = SEVERAL.includes(name) && text.includes(",") ? text.split(/\s*,\s*/).map(column) : column(text);
  }
  if (typed.date_formats) mapping.date_formats = typed.date_formats.split(/\s*,\s*/);
  return mapping;
}
function shownColumn(value) {
  if (value === undefined) return "";
  return Object.keys(SIGNS).find((name) => SIGNS[name] === value) ?? (Array.isArray(value) ? value.join(", ") : String(value));
}

/* isOpen: where the API asks for it. */
function mappingForm(guess, tryAgain, isOpen = false) {
  const fields = COLUMNS.map(([name, label]) => field(label, name, {value: shownColumn(guess?.[name]), spellcheck: "false"}));
  return el("details", {open: isOpen}, el("summary", {}, "Which column is what"),
      form("Try with these", (typed) => tryAgain(corrected(guess ?? {}, typed)), {},
          el("p", {class: "hint"},
              "A column is its name in the file's first line, or its number, counted from 0. Money stands in one column, or out ",
              "and in each in its own."),
          el("div", {class: "fields"}, fields,
              field("Form of dates", "date_formats",
                  {value: shownColumn(guess?.date_formats), hint: "As strptime has it: %d.%m.%Y"}))));
}

/* One file chosen for an account, from the first look to its fates. */
function intake(file, account, listAgain) {
  const place = el("div");
  const card = el("section", {class: "card file"},
      el("header", {}, el("h2", {}, file.name), el("span", {class: "hint"}, `${bytes(file.size)}, into ${account.name}`)), place);
  const say = (...content) => refill(place, content);
  const query = (more) => ({account_id: account.id, ...more});
  const drop = el("button", {type: "button", class: "quiet", onclick: () => card.remove()}, "Leave it out");

  /* Shows what a dry run finds; throws when it finds nothing. */
  async function look(mapping) {
    const asked = query({dry_run: true, mapping: mapping && JSON.stringify(mapping)});
    preview(await call("POST", target("/v1/uploads", asked), {body: file}), mapping);
  }
  async function firstLook() {
    say(el("p", {class: "loading"}, "Having a look…"));
    try {
      await look(null);
    } catch (problem) {
      if (problem.status === undefined) console.error(problem);
      say(el("p", {class: "form-error", role: "alert"}, problem.message),
          problem.status === 422 && mappingForm(null, look, problem.message.includes("mapping")),
          el("p", {class: "actions"}, problem.status !== 422 && el("button", {type: "button", onclick: firstLook}, "Try again"),
              drop));
    }
  }
  function preview(found, given) {
    const {rows, rejected, certainty, format, encoding} = found;
    const facts = [
      format.toUpperCase(), encoding,
      given ? "by your columns" : found.mapping && certainty !== null && `${certainty} % sure of the columns`
    ].filter(Boolean);
    /* A guess that a person has looked at is no guess any more: it goes along, also where the API would not dare. */
    const mapping = given ?? (certainty !== null ? found.mapping : null);
    const go = el("button", {type: "button", class: "primary", onclick: () => take(mapping)}, "Take it in");
    say(el("p", {class: "hint"}, facts.join(" · ")),
        rows.length > 0 ?
            rowsTable(rows.slice(0, ROWS_SHOWN), `The first rows of ${file.name}`) :
            el("p", {class: "form-error"}, rejected.length > 0 ? "No row of it can be read." : "No transaction is in it."),
        rejected.length > 0 && [el("h3", {}, "Can't be read"), rejectedTable(rejected)],
        found.mapping && mappingForm(found.mapping, look), el("p", {class: "actions"}, go, drop));
    if (given) go.focus(); /* the form that was sent is gone */
  }
  async function take(mapping) {
    const bar = el("progress", {max: "1", "aria-label": `Progress of ${file.name}`});
    const words = el("p", {class: "hint", role: "status"}, "Sending…");
    say(bar, words);
    try {
      const {upload, job} =
          await call("POST", target("/v1/uploads", query({mapping: mapping && JSON.stringify(mapping)})), {body: file});
      await follow(job.id, ({progress, state}) => {
        words.textContent = progress.done ? `${bytes(progress.done)} of ${bytes(progress.total)}` :
            state === "running" ? "Being read…" :
                                  "Waiting…";
        if (progress.total) bar.value = progress.done / progress.total;
      });
      const ended = await get(`/v1/uploads/${upload.id}`);
      say(await outcome(ended), ended.state === "failed" && mappingForm(mapping, look),
          el("p", {class: "actions"}, el("button", {type: "button", onclick: () => card.remove()}, "Done")));
      await listAgain();
    } catch (problem) {
      if (problem.status === undefined) console.error(problem);
      say(el("p", {class: "form-error", role: "alert"}, problem.message),
          el("p", {class: "actions"}, el("button", {type: "button", onclick: () => take(mapping)}, "Try again"), drop));
    }
  }
  firstLook();
  return card;
}

const fateList = (upload) =>
    el("ul", {class: "fates"}, Object.entries(FATES).filter(([fate]) => upload.fates[fate] > 0).map(([fate,
      name]) => el("li", {class: fate}, el("b", {}, count(upload.fates[fate])), ` ${name}`)));

/* What became of a file: counts, proof, rejected rows. */
async function outcome(upload) {
  const proof = PROOFS[upload.reconciliation];
  const rejected = upload.fates.rejected > 0 ? await get(`/v1/uploads/${upload.id}/rows`, {fate: "rejected", limit: 100}) : null;
  const place = el("div", {}, upload.error && el("p", {class: "form-error"}, upload.error), fateList(upload),
      proof &&
          el("p", {class: "hint"},
              upload.difference && upload.reconciliation === "mismatch" ? `${proof} ${upload.difference}.` : proof),
      upload.kept_edited > 0 && el("p", {class: "hint"}, `${count(upload.kept_edited)} were edited since and stayed.`));
  if (rejected) {
    append(place, el("h3", {}, "Rejected rows"), rejectedTable(rejected.data),
        rejected.next_cursor && el("p", {class: "hint"}, "These are the first hundred."));
  }
  return place;
}

async function openUpload(upload, all, listAgain) {
  const canUndo = ["done", "failed"].includes(upload.state);
  const undo = el("button", {
    type: "button",
    class: "danger",
    onclick: () => attempt(async () => {
      undo.disabled = true;
      const {job} = await call("DELETE", `/v1/uploads/${upload.id}`, {headers: {Prefer: "wait=30"}});
      if (job.state !== "done") await follow(job.id, () => {});
      made.close();
      notice("Undone: what it brought is out again.");
      await listAgain();
    }).then(() => (undo.disabled = false))
  },
      "Undo this file");
  const made = dialog(`File of ${instant(upload.created_at, all.me.timezone)}`,
      el("p", {class: "hint"},
          [upload.format.toUpperCase(), bytes(upload.bytes), all.account(upload.account_id)?.name, STATES[upload.state]]
              .filter(Boolean)
              .join(" · ")),
      await outcome(upload),
      el("p", {class: "actions"}, el("a", {class: "button", href: `#/transactions?upload=${upload.id}`}, "Its transactions"),
          canUndo && undo));
}

function uploadLine(upload, all, listAgain) {
  const problems = upload.state === "failed" || upload.fates.rejected > 0;
  return el("li", {},
      el("button", {type: "button", class: "row", onclick: () => attempt(() => openUpload(upload, all, listAgain))},
          el("span", {class: "name"}, `${instant(upload.created_at, all.me.timezone)} · ${upload.format.toUpperCase()}`),
          el("span", {class: "hint"}, all.account(upload.account_id)?.name ?? "")),
      upload.state === "done" ? fateList(upload) : el("span", {class: problems ? "tag bad" : "tag"}, STATES[upload.state]));
}

function dropZone(taken) {
  const input = el("input", {
    type: "file",
    id: "bank-files",
    multiple: true,
    onchange: () => {
      taken(input.files);
      input.value = "";
    }
  });
  const zone = el("div", {class: "drop"}, el("label", {"for": "bank-files"}, el("b", {}, "Choose files"), " or drop them here"),
      input, el("p", {class: "hint"}, "CSV, OFX, QIF, CAMT, MT940, JSON. The same file twice changes nothing."));
  const over = (event) => {
    event.preventDefault();
    zone.classList.toggle("over", event.type === "dragover");
  };
  for (const name of ["dragover", "dragleave", "drop"]) zone.addEventListener(name, over);
  zone.addEventListener("drop", (event) => taken(event.dataTransfer.files));
  return zone;
}

export async function show() {
  const all = await books();
  const earlier = el("ul", {class: "lines"});
  const more = el("button", {type: "button", hidden: true}, "Show more");
  async function listing(cursor = "") {
    const page = await get("/v1/uploads", {cursor});
    const lines = page.data.map((one) => uploadLine(one, all, listing));
    if (cursor)
      earlier.append(...lines);
    else
      earlier.replaceChildren(...(lines.length ? lines : [el("li", {class: "empty"}, "No file yet.")]));
    more.hidden = page.next_cursor === null;
    more.onclick = () => attempt(() => listing(page.next_cursor));
  }
  await listing();
  const account = field("Into the account", "account_id", {options: accountOptions(all)});
  const cards = el("div", {class: "intakes"});
  const taken = (files) =>
      cards.prepend(...[...files].map((file) => intake(file, all.account(account.querySelector("select").value), listing)));
  return [
    el("h1", {tabindex: "-1"}, title), el("div", {class: "card intake"}, account, dropZone(taken)), cards,
    el("section", {class: "card"}, el("header", {}, el("h2", {}, "Taken in before")), earlier, more)
  ];
}
