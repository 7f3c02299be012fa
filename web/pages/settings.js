/* Oneself: accounts, categories, zone and currency, password, sessions, what one is told of, taking the books along. */

import {all as allOf, call, callOpen, download, get, ifMatch, signOut} from "../api.js";
import {books, categoryOptions} from "../books.js";
import {el} from "../dom.js";
import {dialog, editor, field, form} from "../form.js";
import {instant, money, readAmount, today} from "../format.js";
import {attempt, notice} from "../notice.js";
import {end} from "../session.js";

import {currencyField, newPasswordField, zoneField} from "./register.js";

export const title = "Settings";

const TYPES =
    ["checking", "savings", "cash", "credit_card", "loan", "mortgage", "investment", "pension", "asset", "liability", "other"];
const KINDS = [["expense", "Spending"], ["income", "Income"], ["transfer", "Transfer"]];
const FORMATS =
    [["csv", "CSV", "a spreadsheet's"], ["json", "JSON", "loses nothing"], ["hledger", "hledger", "plain text accounting"]];

const again = () => document.dispatchEvent(new CustomEvent("page-changed"));
const card = (heading, ...content) => el("section", {class: "card"}, el("header", {}, el("h2", {}, heading)), content);
const words = (type) => type.replace("_", " ");

/* What was typed stands there already: nothing is drawn anew, least of all another form that somebody types in. */
function saved(said, act) {
  return async (typed, form) => {
    await act(typed);
    for (const one of form.querySelectorAll("[type=password]")) one.value = "";
    notice(said);
  };
}

const typeField = (value) =>
    field("Kind", "type", {value, options: [...new Set([value ?? TYPES[0], ...TYPES])].map((one) => [one, words(one)])});

function openAccount(account) {
  const path = `/v1/accounts/${account.id}`, headers = ifMatch(account);
  editor(account.name, {
    save: ({opening_balance, ...rest}) =>
        call("PATCH", path, {body: {...rest, opening_balance: readAmount(opening_balance)}, headers}),
    remove: () => call("DELETE", path, {headers}),
    again
  },
      field("Name", "name", {value: account.name, maxlength: "100"}), typeField(account.type),
      field(`Opening balance in ${account.currency}`, "opening_balance", {value: account.opening_balance, inputmode: "decimal"}));
}

function openNewAccount(all) {
  const made = dialog("New account",
      form("Create",
          async ({opening_balance, ...rest}) => {
            await call(
                "POST", "/v1/accounts", {body: opening_balance ? {...rest, opening_balance: readAmount(opening_balance)} : rest});
            made.close();
            again();
          },
          {}, field("Name", "name", {maxlength: "100", required: true}), typeField(),
          el("div", {class: "pair"}, currencyField(all.me.currency),
              field("Opening balance", "opening_balance", {inputmode: "decimal", placeholder: "0"}))));
}

function accounts(all) {
  return card("Accounts",
      el("ul", {class: "lines"},
          all.accounts.map((one) => el("li", {},
                               el("button", {type: "button", class: "row", onclick: () => openAccount(one)},
                                   el("span", {class: "name"}, one.name), el("span", {class: "hint"}, words(one.type))),
                               el("span", {class: "amount"}, money(one.balance, one.currency))))),
      el("p", {class: "actions"}, el("button", {type: "button", onclick: () => openNewAccount(all)}, "New account")));
}

function openCategory(all, category) {
  const made = dialog(category.name, form("Save", async ({name}) => {
    await call("PATCH", `/v1/categories/${category.id}`, {body: {name}, headers: ifMatch(category)});
    made.close();
    again();
  }, {}, field("Name", "name", {value: category.name, maxlength: "100"})), form("Delete", async ({move_to}) => {
    await call("DELETE", `/v1/categories/${category.id}${move_to ? `?move_to=${move_to}` : ""}`, {headers: ifMatch(category)});
    made.close();
    again();
  }, {danger: true, class: "stack inset"}, field("Delete it, and file what is in it under", "move_to", {
    options: [["", "nothing"], ...categoryOptions(all, [category.kind]).filter(([id]) => id !== category.id)]
  })));
}

function openNewCategory(all) {
  const made = dialog("New category",
      form("Create",
          async ({parent_id, kind, name}) => {
            await call("POST", "/v1/categories",
                {body: parent_id ? {name, parent_id, kind: all.category(parent_id).kind} : {name, kind}});
            made.close();
            again();
          },
          {}, field("Name", "name", {maxlength: "100", required: true}),
          field("Below", "parent_id", {options: [["", "nothing: it stands by itself"], ...categoryOptions(all)]}),
          field("Kind, where it stands by itself", "kind", {options: KINDS})));
}

function categories(all) {
  return card("Categories",
      el("details", {}, el("summary", {}, `${all.categories.length} categories`),
          el("ul", {class: "chips"},
              categoryOptions(all).map(
                  ([id, name]) => el("li", {class: name.startsWith("\u2003") ? "child" : "parent"},
                      el("button", {type: "button", class: "row", onclick: () => openCategory(all, all.category(id))},
                          name.trim()))))),
      el("p", {class: "actions"}, el("button", {type: "button", onclick: () => openNewCategory(all)}, "New category")));
}

/* "Firefox, Linux" of what a browser says of itself; other programs as they are. */
function programName(agent) {
  if (!agent.startsWith("Mozilla/")) return agent || "Unnamed program";
  const browser = ["Edg", "OPR", "Firefox", "Chrome", "Safari"].find((name) => agent.includes(`${name}/`)) ?? "Browser";
  const system = ["Android", "iPhone", "iPad", "Windows", "Mac OS X", "Linux"].find((name) => agent.includes(name));
  return [{Edg: "Edge", OPR: "Opera"}[browser] ?? browser, system].filter(Boolean).join(", ");
}

function sessions(list, all) {
  const finish = async (one) => {
    await call("DELETE", `/v1/sessions/${one.id}`);
    again();
  };
  return card("Where you are signed in",
      el("ul", {class: "lines"},
          list.map((one) => el("li", {},
                       el("span", {class: "grow"}, el("span", {class: "name"}, programName(one.user_agent)),
                           el("span", {class: "hint"}, `last used ${instant(one.last_used_at, all.me.timezone)}`)),
                       one.is_current ? el("span", {class: "tag"}, "this one") :
                                        el("button", {type: "button", onclick: () => attempt(() => finish(one))}, "End it")))),
      el("p", {class: "actions"}, el("button", {type: "button", onclick: signOut}, "Sign out")));
}

function told(now) {
  const body = ({budget_alert, monthly_statement, digest, digest_at, quiet_from, quiet_to}) => ({
    budget_alert: {mail: budget_alert},
    monthly_statement: {mail: monthly_statement},
    digest: digest ? "daily" : "none",
    digest_at,
    quiet: quiet_from || quiet_to ? {from: quiet_from, to: quiet_to} : null,
  });
  return card("Mails",
      form("Save", saved("Saved.", (typed) => call("PATCH", "/v1/notifications", {body: body(typed)})), {},
          field("When a budget runs out", "budget_alert", {type: "checkbox", checked: now.budget_alert.mail}),
          field("What each month came to", "monthly_statement", {type: "checkbox", checked: now.monthly_statement.mail}),
          field("Alerts once a day, together", "digest", {type: "checkbox", checked: now.digest === "daily"}),
          el("div", {class: "pair"}, field("At", "digest_at", {type: "time", value: now.digest_at.slice(0, 5)})),
          el("div", {class: "pair"}, field("Quiet from", "quiet_from", {type: "time", value: now.quiet?.from.slice(0, 5) ?? ""}),
              field("to", "quiet_to", {type: "time", value: now.quiet?.to.slice(0, 5) ?? ""}))));
}

function takeAlong(all) {
  const save = async (format) => {
    const url = URL.createObjectURL(await download("/v1/export", {format}));
    el("a", {href: url, download: `purser-${today(all.me.timezone)}.${format === "hledger" ? "journal" : format}`}).click();
    setTimeout(() => URL.revokeObjectURL(url), 60000);
  };
  return card("Take your books along", el("div", {class: "actions"}, FORMATS.map(([format, name,
    hint]) => el("button", {type: "button", title: hint, onclick: () => attempt(() => save(format))}, name))));
}

function leave(me) {
  return card("Leave", el("p", {class: "hint"}, "Deletes you and your books. Nobody can bring them back."),
      form("Delete everything", async ({password}) => {
        await callOpen("POST", "/v1/sessions", {body: {username: me.username, password}}); /* it is really them */
        await call("DELETE", "/v1/users/me");
        end("Your books are deleted.");
      }, {danger: true}, field("Your password", "password", {type: "password", autocomplete: "current-password"})));
}

export async function show() {
  const [all, list, now] = await Promise.all([books(), allOf("/v1/sessions"), get("/v1/notifications")]);
  const {me} = all;
  return [
    el("h1", {tabindex: "-1"}, title),
    el("div", {class: "cards two"}, accounts(all), categories(all),
        card("You", el("p", {class: "hint"}, me.email),
            form("Save", saved("Saved.", (body) => call("PATCH", "/v1/users/me", {body})), {},
                field("Name", "username", {value: me.username, autocomplete: "username", autocapitalize: "none"}),
                currencyField(me.currency), zoneField(me.timezone))),
        card("Password",
            form("Change it",
                saved("Changed. Other sessions have ended.", (body) => call("PUT", "/v1/users/me/password", {body})), {},
                el("input", {type: "text", hidden: true, autocomplete: "username", value: me.username}),
                field("The one you have", "old", {type: "password", autocomplete: "current-password"}),
                newPasswordField("new", "The new one"))),
        told(now), sessions(list, all), takeAlong(all), leave(me))
  ];
}
