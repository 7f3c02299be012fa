/* What recurs: rules, their dates to come, and what the history proposes. */

import {all as allOf, call, get, ifMatch, target} from "../api.js";
import {accountOptions, books, categoryOptions} from "../books.js";
import {el} from "../dom.js";
import {dialog, field, form} from "../form.js";
import {day, isNegative, list, money, negate, percent, today, weekday} from "../format.js";
import {attempt, notice} from "../notice.js";
import {directionField, signed} from "./transaction.js";

export const title = "Recurring";

const DATES_SHOWN = 6;
const ESTIMATE = 3;    /* an amount that varies is the average of so many last ones */
const LOOK_AHEAD = 20; /* dates left out in a row before a rule counts as having none */
const EVERY = {
  DAILY: ["day", "days"],
  WEEKLY: ["week", "weeks"],
  MONTHLY: ["month", "months"],
  YEARLY: ["year", "years"]
};
const CHOICES = [
  ["FREQ=MONTHLY", "month"], ["FREQ=WEEKLY", "week"], ["FREQ=WEEKLY;INTERVAL=2", "two weeks"],
  ["FREQ=MONTHLY;INTERVAL=3", "three months"], ["FREQ=YEARLY", "year"]
];
const WEEKENDS = [
  ["none", "on that day all the same"], ["after", "on the next working day"], ["before", "on the working day before"],
  ["nearest", "on the nearest working day"], ["skip", "not at all"]
];
const DAYS = {
  MO: "2024-01-01",
  TU: "2024-01-02",
  WE: "2024-01-03",
  TH: "2024-01-04",
  FR: "2024-01-05",
  SA: "2024-01-06",
  SU: "2024-01-07"
};

/* The next date of each rule that will be entered: a rule's own `next` may be one that is left out. Gives [rule, occurrence]s. */
export async function comingUp(rules) {
  const living = rules.filter((one) => one.next && !one.paused);
  const dates = await Promise.all(living.map((one) => get(`/v1/recurring/${one.id}/occurrences`, {limit: LOOK_AHEAD})));
  return living.map((one, at) => [one, dates[at].data.find(({state}) => state === "scheduled" || state === "postponed")])
      .filter(([, date]) => date)
      .sort(([, a], [, b]) => (a.posting_date < b.posting_date ? -1 : 1));
}

/* "FREQ=MONTHLY;BYMONTHDAY=3" → "every month on day 3"; a rule with parts that are not known here stays as it is written. */
function ruleInWords(rrule) {
  const parts = new Map(rrule.replace(/^RRULE:/, "").split(";").map((part) => part.split("=")));
  const known = ["FREQ", "INTERVAL", "BYMONTHDAY", "BYDAY", "BYMONTH", "WKST", "SKIP", "RSCALE", "COUNT", "UNTIL"];
  const every = EVERY[parts.get("FREQ")];
  if (!every || [...parts.keys()].some((name) => !known.includes(name))) return rrule;
  const interval = Number(parts.get("INTERVAL") ?? 1);
  const words = [interval === 1 ? `every ${every[0]}` : `every ${interval} ${every[1]}`];
  const days = parts.get("BYDAY")?.split(",");
  if (days?.some((one) => !(one in DAYS))) return rrule;
  if (days) words.push(`on ${list(days.map((one) => weekday(DAYS[one])))}`);
  if (parts.has("BYMONTHDAY"))
    words.push(`on ${list(parts.get("BYMONTHDAY").split(",").map((one) => (one === "-1" ? "the last day" : `day ${one}`)))}`);
  if (parts.has("BYMONTH")) words.push(`of month ${parts.get("BYMONTH")}`);
  return words.join(" ");
}

const again = () => document.dispatchEvent(new CustomEvent("page-changed"));
const act = (name, run) => el("button", {type: "button", onclick: () => attempt(run)}, name);
const amountOf = (one) =>
    el("span", {class: isNegative(one.amount) ? "amount" : "amount in"}, money(one.amount, one.currency, true));

const say = (rule, date, body) => call("POST", `/v1/recurring/${rule.id}/occurrences/${date}`, {body});

async function skip(rule, date, done) {
  await say(rule, date, {state: "skipped"});
  notice(`${rule.description} is left out on ${day(date)}.`, async () => {
    await say(rule, date, {state: "scheduled"});
    await done();
  });
  await done();
}

/* The dates to come, each of which can be left out. */
function dates(rule) {
  const rows = el("ul", {class: "lines"});
  const show = async () => {
    const {data} = await get(`/v1/recurring/${rule.id}/occurrences`, {limit: DATES_SHOWN});
    rows.replaceChildren(
        ...data.map((one) => el("li", {}, el("span", {class: "date"}, day(one.posting_date ?? one.nominal_date)), amountOf(one),
                        el("span", {class: "hint grow"}, one.state === "scheduled" ? "" : one.state),
                        one.state === "scheduled" && act("Leave out", () => skip(rule, one.nominal_date, show)),
                        one.state === "skipped" && act("Enter it all the same", async () => {
                          await say(rule, one.nominal_date, {state: "scheduled"});
                          await show();
                        }))));
  };
  return el("details", {ontoggle: (event) => event.target.open && attempt(show)}, el("summary", {}, "Dates to come"), rows);
}

function ruleItem(rule, next, all) {
  const change = (body, said) => async () => {
    await call("PATCH", `/v1/recurring/${rule.id}`, {body, headers: ifMatch(rule)});
    notice(said);
    again();
  };
  const remove = async () => {
    await call("DELETE", `/v1/recurring/${rule.id}`, {headers: ifMatch(rule)});
    notice("Deleted. What it entered stays.");
    again();
  };
  const edit = () => {
    const made = dialog(rule.description,
        form("Save",
            async ({description, direction, amount, from}) => {
              await call("PATCH", target(`/v1/recurring/${rule.id}`, {from}),
                  {body: {description, amount: signed(amount, direction)}, headers: ifMatch(rule)});
              made.close();
              again();
            },
            {}, field("Description", "description", {value: rule.description, maxlength: "500"}),
            el("div", {class: "pair"}, directionField(isNegative(rule.amount)),
                field("Amount", "amount", {value: rule.amount.replace(/^-/, ""), inputmode: "decimal"})),
            field("From", "from", {type: "date", hint: "Dates before it stay as they are. Empty: all to come."})));
  };
  return el("li", {class: rule.paused ? "rule paused" : "rule"},
      el("div", {class: "rank"}, el("span", {class: "name"}, rule.description), amountOf(rule)),
      el("p", {class: "hint"},
          [
            ruleInWords(rule.rrule), all.account(rule.account_id)?.name,
            rule.paused ? "paused" :
                next    ? `next ${day(next.posting_date)}` :
                          "ended"
          ].filter(Boolean)
              .join(" · ")),
      el("div", {class: "actions"}, next && act("Skip the next", () => skip(rule, next.nominal_date, async () => again())),
          rule.paused ? act("Go on", change({paused: false}, "It goes on from today.")) :
                        act("Pause", change({paused: true}, "Paused: it enters nothing.")),
          el("button", {type: "button", "aria-label": `Change ${rule.description}`, onclick: edit}, "Change"),
          el("button", {type: "button", class: "quiet danger", onclick: () => attempt(remove)}, "Delete")),
      dates(rule));
}

function suggestionItem(one, all) {
  const ends = isNegative(one.amount) ? [negate(one.amount_max), negate(one.amount_min)] : [one.amount_min, one.amount_max];
  const varies = ends[0] !== ends[1] && `between ${ends.map((end) => money(end, one.currency)).join(" and ")}`;
  const accept = async () => {
    const {account_id, amount, description, payee, category_id, rrule, next_date} = one;
    await call("POST", "/v1/recurring", {
      body: {
        account_id: account_id ?? all.accounts[0].id,
        amount,
        description: description ?? payee,
        payee,
        category_id,
        rrule,
        start: next_date,
        estimate_last: varies ? ESTIMATE : 0
      }
    });
    notice("It recurs from now on.");
    again();
  };
  return el("li", {class: "rule"},
      el("div", {class: "rank"}, el("span", {class: "name"}, one.payee ?? one.description), amountOf(one)),
      el("div", {class: "rank"},
          el("p", {class: "hint"},
              [ruleInWords(one.rrule), varies, `seen ${one.hits} times`, `${percent(one.confidence)} sure`].filter(Boolean).join(
                  " · ")),
          el("button", {type: "button", "aria-label": `Accept ${one.payee ?? one.description}`, onclick: () => attempt(accept)},
              "Accept")));
}

function openNew(all) {
  const made = dialog("New recurring entry",
      form("Create",
          async ({direction, amount, category_id, ...rest}) => {
            await call(
                "POST", "/v1/recurring", {body: {...rest, amount: signed(amount, direction), category_id: category_id || null}});
            made.close();
            again();
          },
          {}, field("Description", "description", {required: true, maxlength: "500"}),
          el("div", {class: "pair"}, directionField(true), field("Amount", "amount", {inputmode: "decimal", required: true})),
          el("div", {class: "pair"}, field("Account", "account_id", {options: accountOptions(all)}),
              field("Category", "category_id", {options: [["", "Not filed"], ...categoryOptions(all)]})),
          el("div", {class: "pair"}, field("Every", "rrule", {options: CHOICES}),
              field("From", "start",
                  {type: "date", value: today(all.me.timezone), required: true, hint: "Its day is the day it comes on."})),
          field("When that is a weekend", "weekend", {options: WEEKENDS})));
}

export async function show() {
  const [all, rules, proposed] = await Promise.all([books(), allOf("/v1/recurring"), get("/v1/recurring/suggestions")]);
  const next = new Map((await comingUp(rules)).map(([rule, date]) => [rule.id, date]));
  return [
    el("div", {class: "heading"}, el("h1", {tabindex: "-1"}, title),
        el("button", {type: "button", class: "primary", onclick: () => openNew(all)}, "New recurring entry")),
    proposed.data.length > 0 &&
        el("section", {class: "card"}, el("header", {}, el("h2", {}, "Seems to recur")),
            el("ul", {class: "rules"}, proposed.data.map((one) => suggestionItem(one, all)))),
    el("section", {class: "card"}, el("header", {}, el("h2", {}, "Entered by itself")),
        rules.length > 0 ? el("ul", {class: "rules"}, rules.map((one) => ruleItem(one, next.get(one.id), all))) :
                           el("p", {class: "empty"}, "Nothing yet: rent, salary, subscriptions go here.")),
  ].filter(Boolean);
}
