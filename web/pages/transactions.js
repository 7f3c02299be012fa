/* The list: filters in the address, pages by cursor, the category corrected in place. */

import {call, get} from "../api.js";
import {accountOptions, books, categoryOptions} from "../books.js";
import {append, el} from "../dom.js";
import {field, values} from "../form.js";
import {day, isNegative, money, readAmount} from "../format.js";
import {attempt, notice} from "../notice.js";

import {openNew, openTransaction, SOURCES} from "./transaction.js";

export const title = "Transactions";

const FILTERS = ["q", "account", "category", "from", "to", "min", "max", "status", "uncategorised", "upload"];
const UNFILED = "none"; /* of the filter `category`: what the API calls uncategorised=true */
const TYPING_MS = 250;
const KEYS_MS = 800;

/* What the API is asked: amounts as it reads them, "not filed" by its own name. */
function asked(filters) {
  const query = Object.fromEntries(FILTERS.map((name) => [name, filters[name]]));
  for (const name of ["min", "max"]) query[name] = query[name] && readAmount(query[name]);
  if (query.category === UNFILED) Object.assign(query, {category: "", uncategorised: "true"});
  return query;
}

function filterForm(all, filters, changed) {
  const anyOf = (name, options) => [["", name], ...options];
  const made = el("form", {class: "filters", role: "search", "aria-label": "Filter transactions", novalidate: true},
      field("Text", "q", {type: "search", value: filters.q, placeholder: "Words of payee, description or memo"}),
      el("details", {open: FILTERS.some((name) => name !== "q" && filters[name]) || matchMedia("(min-width: 60rem)").matches},
          el("summary", {}, "Filters"),
          el("div", {class: "fields"},
              field("Account", "account", {value: filters.account ?? "", options: anyOf("All accounts", accountOptions(all))}),
              field("Category", "category", {
                value: filters.uncategorised ? UNFILED : filters.category ?? "",
                options: anyOf("All categories", [[UNFILED, "Not filed"], ...categoryOptions(all)])
              }),
              field("From", "from", {type: "date", value: filters.from}), field("To", "to", {type: "date", value: filters.to}),
              field("Amount from", "min", {value: filters.min, inputmode: "text", placeholder: "−100"}),
              field("Amount to", "max", {value: filters.max, inputmode: "text", placeholder: "0"}), field("Status", "status", {
                value: filters.status ?? "",
                options: [["", "Not deleted"], ["booked", "Booked"], ["pending", "Pending"], ["deleted", "Deleted"]]
              }))),
      el("p", {class: "form-error", role: "alert", tabindex: "-1"}));
  let timer;
  const typed = () => {
    clearTimeout(timer);
    timer = setTimeout(() => changed({...values(made), upload: filters.upload ?? ""}), TYPING_MS);
  };
  made.addEventListener("input", typed);
  made.addEventListener("change", typed);
  made.addEventListener("submit", (event) => event.preventDefault());
  return made;
}

/* Options are put in when somebody opens it: fifty rows of sixty categories are much to make for nothing. */
function categorySelect(all, row, changed) {
  const own = all.category(row.category_id);
  const made =
      el("select", {class: row.category_id ? "inline" : "inline unfiled", "aria-label": `Category of ${row.description}`},
          el("option", {value: row.category_id ?? ""}, own?.name ?? "Not filed"));
  const fill = () => {
    if (made.options.length > 1) return;
    const kept = made.value;
    append(made, [["", "Not filed"], ...categoryOptions(all)].filter(([id]) => id !== kept).map(([id,
      name]) => el("option", {value: id}, name)));
  };
  made.addEventListener("focus", fill);
  made.addEventListener("pointerdown", fill);
  const file = async () => {
    const filed = await call("PATCH", `/v1/transactions/${row.id}`, {body: {category_id: made.value || null}});
    changed(filed);
    const undo = async () => changed(await call("DELETE", `/v1/transactions/${row.id}/category`));
    notice(made.value ? `Filed under ${all.category(made.value).name}. Purser learns from it.` : "Not filed any more.", undo);
  };
  /* Keys walk through a closed list, and each step is a change: what is meant is where they rest. */
  let timer = null;
  let byKeys = false;
  const settle = () => {
    clearTimeout(timer);
    timer = null;
    if (made.value !== (row.category_id ?? "")) attempt(file).then((worked) => worked || (made.value = row.category_id ?? ""));
  };
  made.addEventListener("keydown", () => (byKeys = true));
  made.addEventListener("pointerdown", () => (byKeys = false));
  made.addEventListener("change", () => {
    clearTimeout(timer);
    timer = setTimeout(settle, byKeys ? KEYS_MS : 0);
  });
  made.addEventListener("blur", () => timer !== null && settle());
  return made;
}

function categoryCell(all, row, changed, open) {
  if (row.transfer_id) return el("span", {class: "fixed"}, "Transfer");
  if (row.splits) return el("span", {class: "fixed"}, `Split in ${row.splits.length}`);
  const {source} = row.category;
  const isGuess = source !== "user" && source !== "none";
  return [
    categorySelect(all, row, changed),
    isGuess &&
        el("button", {
          type: "button",
          class: "why",
          title: `${SOURCES[source]}. Why?`,
          "aria-label": `Why this category for ${row.description}?`,
          onclick: open
        },
            "?")
  ];
}

function line(all, row, redraw) {
  const changed = (now) => redraw(now);
  const open = () => attempt(() => openTransaction(all, row.id, redraw));
  const restore = () => attempt(async () => redraw(await call("POST", `/v1/transactions/${row.id}/restore`), "restored"));
  const name = row.payee ?? row.description;
  const cell = (kind, ...content) => el("td", {role: "cell", class: kind}, content);
  return el("tr", {role: "row", class: [row.status, row.deleted_at && "deleted"].filter(Boolean).join(" ")},
      cell("date", day(row.date)),
      cell("what",
          el("button", {type: "button", class: "row", onclick: open}, el("span", {class: "name"}, name),
              row.payee && row.payee !== row.description && [" ", el("span", {class: "hint"}, row.description)]),
          row.status === "pending" && el("span", {class: "tag"}, "pending"),
          row.tags.map((tag) => el("span", {class: "tag"}, tag))),
      cell("category",
          row.deleted_at ? el("button", {type: "button", onclick: restore}, "Restore") : categoryCell(all, row, changed, open)),
      cell("account", all.account(row.account_id)?.name ?? ""),
      cell(isNegative(row.amount) ? "amount" : "amount in", money(row.amount, row.currency, true)));
}

/* The table and its "Show more"; `load(filters)` starts it over. */
function listing(all, place, problemShown) {
  const body = el("tbody", {role: "rowgroup"});
  const head = (name, kind) => el("th", {role: "columnheader", scope: "col", class: kind}, name);
  const table = el("table", {role: "table", class: "list"}, el("caption", {class: "hidden"}, "Transactions, newest first"),
      el("thead", {role: "rowgroup"},
          el("tr", {role: "row"}, head("Date", "date"), head("Payee or description", "what"), head("Category", "category"),
              head("Account", "account"), head("Amount", "amount"))),
      body);
  const more = el("button", {type: "button"}, "Show more");
  let asking = null;

  /* A row that is drawn anew, or goes, hands the focus on. */
  function draw(row) {
    const controls = (one) => [...(one?.querySelectorAll("button, select") ?? [])];
    const redraw = (now, fate) => {
      const at = controls(made).indexOf(document.activeElement);
      const next = fate ? made.nextElementSibling ?? made.previousElementSibling : line(all, now, redraw);
      if (fate)
        made.remove();
      else
        made.replaceWith(next);
      if (at >= 0) controls(next)[at]?.focus();
      made = next;
    };
    let made = line(all, row, redraw);
    return made;
  }
  async function page(query, cursor) {
    asking?.abort();
    asking = new AbortController();
    const {signal} = asking;
    place.setAttribute("aria-busy", "true");
    try {
      const {data, next_cursor} = await get("/v1/transactions", {...query, cursor}, {signal});
      if (!cursor) body.replaceChildren();
      const first = body.rows.length;
      append(body, data.map(draw));
      more.onclick = () => page(query, next_cursor);
      more.hidden = next_cursor === null;
      place.replaceChildren(...(body.rows.length > 0 ? [table, more] : [el("p", {class: "empty"}, "No transaction fits.")]));
      if (cursor) body.rows[first]?.querySelector("button")?.focus();
      problemShown(null);
    } catch (problem) {
      if (problem.name !== "AbortError") problemShown(problem);
    } finally {
      if (!signal.aborted) place.removeAttribute("aria-busy");
    }
  }
  return (filters) => page(asked(filters), "");
}

/* Faults of a filter stand at its field; they come from the query, so that a form's own way of sending is not used. */
function showFault(filters, problem) {
  for (const one of filters.querySelectorAll("[aria-invalid]")) one.removeAttribute("aria-invalid");
  for (const one of filters.querySelectorAll(".error, .form-error")) one.replaceChildren();
  if (problem === null) return;
  for (const {pointer, detail} of problem.errors) {
    const control = filters.elements[pointer];
    control?.setAttribute("aria-invalid", "true");
    const place = control?.closest(".field").querySelector(".error") ?? filters.querySelector(".form-error");
    place.textContent = detail;
  }
  if (problem.errors.length === 0) filters.querySelector(".form-error").textContent = problem.message;
}

export async function show(query) {
  const all = await books();
  const given = Object.fromEntries(FILTERS.map((name) => [name, query.get(name)]));
  const place = el("div", {class: "results"});
  const filters = filterForm(all, given, (now) => {
    const kept = new URLSearchParams(Object.entries(asked(now)).filter(([, value]) => value));
    const address = kept.size ? `#/transactions?${kept}` : "#/transactions";
    if (address === location.hash) return;
    history.replaceState(null, "", address);
    load(now);
  });
  const load = listing(all, place, (problem) => showFault(filters, problem));
  const again = () => load({...given, ...values(filters)});
  await load({...given, ...values(filters)});
  if (query.get("new")) queueMicrotask(() => openNew(all, again));
  return [
    el("div", {class: "heading"}, el("h1", {tabindex: "-1"}, title),
        el("button", {type: "button", class: "primary", onclick: () => openNew(all, again)}, "New transaction")),
    given.upload && el("p", {class: "hint"}, "Of one file. ", el("a", {href: "#/transactions"}, "Show all")),
    filters,
    place,
  ].filter(Boolean);
}
