/* How things stand: this month and the last, a year of months, where money went, budgets, what comes next. */

import {all, get} from "../api.js";
import {books, currencies} from "../books.js";
import {meter, monthBars} from "../chart.js";
import {el} from "../dom.js";
import {addMonths, isNegative, isZero, lastDay, money, month, percent, ratio, shortDay, sum} from "../format.js";

import {budgetLine} from "./budgets.js";
import {comingUp} from "./recurring.js";

export const title = "Overview";

const TOP = 6;
const AHEAD = 6;

const card = (heading, more, ...content) =>
    el("section", {class: "card"}, el("header", {}, el("h2", {}, heading), more), content);
const link = (href, text) => el("a", {class: "more", href}, text);
const amountClass = (amount) => (isNegative(amount) || isZero(amount) ? "amount" : "amount in");

function monthCard(heading, sums) {
  const line = (name, amount, currency) =>
      el("div", {}, el("dt", {}, name), el("dd", {class: "amount"}, money(amount, currency)));
  return card(heading, null,
      sums.map(
          (one) => el("div", {class: "sums"}, el("p", {class: `net ${amountClass(one.net)}`}, money(one.net, one.currency, true)),
              el("dl", {}, line("In", one.income, one.currency), line("Out", one.expense, one.currency)))));
}

function balances(all, worth, order) {
  const {accounts} = all;
  const total = (code) => worth.find((one) => one.currency === code);
  return card("Balances", link("#/settings", "Accounts"), order.map((code) => {
    const own = accounts.filter((one) => one.currency === code);
    return el("table", {class: "plain"},
        el("tbody", {},
            own.map((one) => el("tr", {}, el("th", {scope: "row"}, el("a", {href: `#/transactions?account=${one.id}`}, one.name)),
                        el("td", {class: "amount"}, money(one.balance, one.currency))))),
        own.length > 1 && total(code) &&
            el("tfoot", {},
                el("tr", {}, el("th", {scope: "row"}, "Together"),
                    el("td", {class: "amount"}, money(sum(own.map((one) => one.balance)), code)))));
  }));
}

/* Every month of the span, also those in which nothing was. */
function filled(months, from, currency) {
  const found = new Map(months.filter((one) => one.currency === currency).map((one) => [one.month, one]));
  return Array.from({length: 12}, (_, at) => {
    const name = addMonths(from, at);
    return found.get(name) ?? {month: name, currency, income: "0", expense: "0", net: "0"};
  });
}

function spending(sums, from, to, order) {
  const kinds = sums.filter((one) => one.kind !== "income" && one.kind !== "transfer");
  return order.map((code) => {
    const top = kinds.filter((one) => one.currency === code && one.parent_id === null && !isZero(one.tree.expense))
                    .sort((a, b) => Number(b.tree.expense) - Number(a.tree.expense))
                    .slice(0, TOP);
    if (top.length === 0) return null;
    return el("ul", {class: "ranks"}, top.map((one) => {
      const href = one.category_id === null ? `#/transactions?uncategorised=true&from=${from}&to=${to}` : null;
      const name = one.name ?? "Not filed";
      const below = kinds.filter((child) => child.currency === code && child.parent_id === one.category_id &&
              one.category_id !== null && !isZero(child.expense));
      return el("li", {},
          el("div", {class: "rank"}, href ? el("a", {href}, name) : el("span", {}, name),
              el("span", {class: "amount"}, money(one.tree.expense, code))),
          meter(ratio(one.tree.expense, top[0].tree.expense)),
          below.length > 0 &&
              el("p", {class: "hint parts"},
                  below.sort((a, b) => Number(b.expense) - Number(a.expense))
                      .map((child) => el("a", {href: `#/transactions?category=${child.category_id}&from=${from}&to=${to}`},
                               `${child.name} ${money(child.expense, code)}`))));
    }));
  });
}

function nextCard(next) {
  return card("Coming up", link("#/recurring", "Recurring"),
      next.length === 0 ?
          el("p", {class: "empty"}, "Nothing recurs yet.") :
          el("table", {class: "plain"},
              el("tbody", {},
                  next.slice(0, AHEAD).map(
                      ([rule, date]) => el("tr", {}, el("td", {class: "date"}, shortDay(date.posting_date)),
                          el("th", {scope: "row"}, rule.description),
                          el("td", {class: amountClass(date.amount)}, money(date.amount, date.currency, true)))))));
}

function budgetCard(budgets) {
  return card("Budgets", link("#/budgets", "All budgets"),
      budgets.length === 0 ? el("p", {class: "empty"}, "No budget is set.") :
                             el("ul", {class: "ranks"}, budgets.slice(0, TOP).map((one) => el("li", {}, budgetLine(one)))));
}

function welcome(me) {
  return [
    el("h1", {tabindex: "-1"}, `Welcome, ${me.username}`),
    el("div", {class: "card welcome"},
        el("p", {},
            "There is nothing in your books yet. Take in a file that your bank lets you download: CSV, OFX, QIF, CAMT, MT940 or JSON."),
        el("p", {class: "actions"}, el("a", {class: "button primary", href: "#/files"}, "Take in a bank file"),
            el("a", {class: "button", href: "#/transactions?new=1"}, "Enter a transaction")))
  ];
}

export async function show() {
  const all_ = books();
  const [mine, now, before, budgets, rules] = await Promise.all([
    all_, get("/v1/analytics", {period: "current_month"}), get("/v1/analytics", {period: "last_month"}), all("/v1/budgets"),
    all("/v1/recurring")
  ]);
  const thisMonth = now.from.slice(0, 7);
  const first = addMonths(thisMonth, -11);
  const [series, sums, worth, any, next] = await Promise.all([
    get("/v1/statistics/monthly", {from: first, to: thisMonth}),
    get("/v1/statistics/categories", {from: thisMonth, to: thisMonth}), get("/v1/net-worth", {from: thisMonth, to: thisMonth}),
    get("/v1/transactions", {limit: 1}), comingUp(rules)
  ]);
  if (any.data.length === 0 && rules.length === 0) return welcome(mine.me);
  const flowing = currencies(mine, [...series.data.map((one) => one.currency), mine.me.currency]);
  const ofMonth = (period) => (period.data.length > 0 ?
          period.data :
          [period]).toSorted((a, b) => flowing.indexOf(a.currency) - flowing.indexOf(b.currency));
  const where =
      spending(sums.data, now.from, lastDay(thisMonth), currencies(mine, sums.data.map((one) => one.currency))).filter(Boolean);
  return [
    el("h1", {tabindex: "-1"}, title),
    el("div", {class: "cards"}, monthCard(month(thisMonth), ofMonth(now)), monthCard(month(before.from), ofMonth(before)),
        balances(mine, worth.data, currencies(mine, mine.accounts.map((one) => one.currency))),
        el("section", {class: "card wide"}, el("header", {}, el("h2", {}, "Twelve months")),
            flowing.filter((code) => series.data.some((one) => one.currency === code))
                .map((code) => monthBars(filled(series.data, first, code),
                         (one) => `#/transactions?from=${one.month}-01&to=${lastDay(one.month)}`))),
        card(`Where it went in ${month(thisMonth)}`, null,
            where.length > 0 ? where : el("p", {class: "empty"}, "Nothing was spent yet.")),
        budgetCard(budgets), nextCard(next)),
  ];
}
