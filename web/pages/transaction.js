/* One transaction, in a dialog: entered, looked at, changed, deleted; why it stands in its category. */

import {call, get, ifMatch} from "../api.js";
import {accountOptions, categoryOptions} from "../books.js";
import {el, refill} from "../dom.js";
import {dialog, field, form} from "../form.js";
import {instant, isNegative, list, money, percent, readAmount, today} from "../format.js";
import {attempt, notice} from "../notice.js";

/* Who filed it. */
export const SOURCES = {
  user: "You filed it",
  rule: "A rule of yours filed it",
  memory: "Filed as you filed the same words before",
  model: "Filed by what you taught",
  prior: "Filed by what such words usually are",
  none: "Not filed",
};
const ORIGINS = {
  api: "Entered",
  upload: "From a bank file",
  recurring: "From a recurring entry",
  transfer: "A transfer"
};

export const directionField = (out) =>
    field("Direction", "direction", {value: out ? "out" : "in", options: [["out", "Money out"], ["in", "Money in"]]});

/* The amount is shown without its sign, which is the direction. */
export function signed(amount, direction) {
  const read = readAmount(amount).replace(/^[+-]/, "");
  return direction === "out" ? `-${read}` : read;
}

function fields(all, row) {
  return [
    el("div", {class: "pair"}, directionField(isNegative(row.amount)),
        field("Amount", "amount", {value: row.amount.replace(/^-/, ""), inputmode: "decimal", required: true})),
    field("Description", "description", {value: row.description, required: true, maxlength: "500"}),
    el("div", {class: "pair"}, field("Date", "date", {type: "date", value: row.date, required: true}),
        field("Account", "account_id", {value: row.account_id, options: accountOptions(all)})),
    el("div", {class: "pair"}, field("Payee", "payee", {value: row.payee ?? "", maxlength: "500"}),
        field("Category", "category_id", {value: row.category_id ?? "", options: [["", "Not filed"], ...categoryOptions(all)]})),
    el("div", {class: "pair"}, field("Tags", "tags", {value: row.tags.join(", "), hint: "Parted by commas."}),
        field("Memo", "memo", {value: row.memo ?? "", maxlength: "500"})),
  ];
}

function written({direction, amount, tags, payee, memo, category_id, ...rest}) {
  return {
    ...rest,
    amount: signed(amount, direction),
    payee: payee || null,
    memo: memo || null,
    category_id: category_id || null,
    tags: tags.split(",").map((one) => one.trim()).filter(Boolean),
  };
}

export function openNew(all, done) {
  const row = {
    amount: "-",
    description: "",
    date: today(all.me.timezone),
    account_id: all.accounts[0]?.id,
    payee: "",
    category_id: "",
    tags: [],
    memo: ""
  };
  const made = dialog("New transaction", form("Enter it", async (typed) => {
    const {category_id, ...body} = written(typed);
    const {job} =
        await call("POST", "/v1/transactions", {body: category_id ? {...body, category_id} : body, headers: {Prefer: "wait=20"}});
    made.close();
    notice(job.state === "done" ? "Entered." : job.error ?? "Taken in; it will show in a moment.");
    await done();
  }, {}, fields(all, row)));
}

/* Only what the person changed is sent: else a saved description would teach a category that nobody set. */
function changes(row, now) {
  const same = (name) => JSON.stringify(row[name] ?? null) === JSON.stringify(now[name] ?? null);
  return Object.fromEntries(Object.entries(now).filter(([name]) => !same(name)));
}

function explanation(all, row, filed) {
  const place = el("div", {"aria-busy": "true"});
  const tell = (why) => {
    const isGuess = !["user", "none"].includes(why.source);
    const sure = why.confidence !== null && isGuess ? `, ${percent(why.confidence)} sure` : "";
    refill(place, el("p", {}, `${SOURCES[why.source]}${why.name ? `: ${why.name}` : ""}${sure}.`),
        why.reasons.length > 0 && el("ul", {class: "reasons"}, why.reasons.map((one) => el("li", {}, one.text))),
        why.source === "none" && why.suggestions.length > 0 &&
            el("p", {class: "hint"}, `It could be ${list(why.suggestions.slice(0, 3).map((one) => one.name))}.`),
        el("p", {class: "actions"},
            isGuess &&
                el("button", {
                  type: "button",
                  onclick: () => attempt(async () => filed(await call("POST", `/v1/transactions/${row.id}/category/confirm`),
                                             "Confirmed. Purser learns from it."))
                },
                    "That is right"),
            why.label &&
                el("button", {
                  type: "button",
                  onclick: () => attempt(async () => filed(await call("DELETE", `/v1/transactions/${row.id}/category`),
                                             "As if you had never filed it."))
                },
                    "Take back what I set")));
  };
  attempt(async () => tell(await get(`/v1/transactions/${row.id}/category`))).finally(() => place.removeAttribute("aria-busy"));
  return el("section", {class: "inset"}, el("h3", {}, "Why this category"), place);
}

/* Read anew: its version goes on by itself when its words change and it is filed again. redraw(row) when it changed,
   redraw(row, "deleted") when it went. */
export async function openTransaction(all, id, redraw) {
  const row = await get(`/v1/transactions/${id}`);
  const finish = (now, said, fate) => {
    made.close();
    redraw(now, fate);
    if (said) notice(said);
  };
  const remove = () => attempt(async () => {
    await call("DELETE", `/v1/transactions/${row.id}`);
    made.close();
    redraw(row, "deleted");
    notice("Deleted.", async () => {
      await call("POST", `/v1/transactions/${row.id}/restore`);
      document.dispatchEvent(new CustomEvent("page-changed"));
    });
  });
  const facts =
      [ORIGINS[row.origin], `${money(row.amount, row.currency, true)}`, `changed ${instant(row.updated_at, all.me.timezone)}`];
  const save = async (typed) => {
    const body = changes(row, written(typed));
    finish(
        Object.keys(body).length === 0 ? row : await call("PATCH", `/v1/transactions/${row.id}`, {body, headers: ifMatch(row)}),
        "Saved.");
  };
  const made = dialog(row.payee ?? row.description, el("p", {class: "hint"}, facts.join(" · ")),
      row.deleted_at ? el("p", {}, "It is deleted.") : [
        form(
            "Save", save, {beside: el("button", {type: "button", class: "danger", onclick: remove}, "Delete")}, fields(all, row)),
        !row.transfer_id && !row.splits && explanation(all, row, finish)
      ].filter(Boolean));
}
