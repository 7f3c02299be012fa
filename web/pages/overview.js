/* How things stand: this month and the last, a year of months, where money went, budgets, what comes next. */

import {all, get} from "../api.js";
import {books, currencies} from "../books.js";
import {meter, monthBars} from "../chart.js";
import {el} from "../dom.js";
import {addMonths, isNegative, isZero, lastDay, money, month, ratio, shortDay, sum, zeroLike} from "../format.js";

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

function balances(accounts, codes) {
  const line = (one) => el("tr", {}, el("th", {scope: "row"}, el("a", {href: `#/transactions?account=${one.id}`}, one.name)),
      el("td", {class: "amount"}, money(one.balance, one.currency)));
  const total = (own, code) => el("tfoot", {},
      el("tr", {}, el("th", {scope: "row"}, "Together"),
          el("td", {class: "amount"}, money(sum(own.map((one) => one.balance)), code))));
  return card("Balances", link("#/settings", "Accounts"), codes.map((code) => {
    const own = accounts.filter((one) => one.currency === code);
    return own.length > 0 && el("table", {class: "plain"}, el("tbody", {}, own.map(line)), own.length > 1 && total(own, code));
  }));
}

/* Every month of the span, also those in which nothing was. */
function filled(months, from, currency) {
  const own = months.filter((one) => one.currency === currency);
  const found = new Map(own.map((one) => [one.month, one]));
  const nothing = zeroLike(own[0].net);
  return Array.from({length: 12}, (_, at) => {
    const name = addMonths(from, at);
    return found.get(name) ?? {month: name, currency, income: nothing, expense: nothing, net: nothing};
  });
}

/* Groups of categories by what went there, with what is in them: a list for each currency in which something was spent. */
function spending(sums, from, to, codes) {
  const spent = (one) => one.kind !== "income" && one.kind !== "transfer" && !isZero(one.tree.expense);
  const most = (a, b) => Number(b.tree.expense) - Number(a.tree.expense);
  const entries = (one) =>
      `#/transactions?${one.category_id ? `category=${one.category_id}` : "uncategorised=true"}&from=${from}&to=${to}`;
  const group = (one, own, largest) => {
    const below = own.filter((child) => one.category_id !== null && child.parent_id === one.category_id).sort(most);
    const name = one.name ?? "Not filed";
    const part = (child) => el("a", {href: entries(child)}, `${child.name} ${money(child.tree.expense, child.currency)}`);
    return el("li", {},
        el("div", {class: "rank"}, isZero(one.expense) ? el("span", {}, name) : el("a", {href: entries(one)}, name),
            el("span", {class: "amount"}, money(one.tree.expense, one.currency))),
        meter(ratio(one.tree.expense, largest.tree.expense)),
        below.length > 0 && el("p", {class: "hint parts"}, below.map(part)));
  };
  return codes.map((code) => sums.filter((one) => one.currency === code && spent(one)))
      .filter((own) => own.length > 0)
      .map((own) => {
        const top = own.filter((one) => one.parent_id === null).sort(most).slice(0, TOP);
        return el("ul", {class: "ranks"}, top.map((one) => group(one, own, top[0])));
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

function months(series, first, codes) {
  const used = codes.filter((code) => series.some((one) => one.currency === code));
  return el("section", {class: "card wide"}, el("header", {}, el("h2", {}, "Twelve months")),
      used.map((code) => monthBars(
                   filled(series, first, code), (one) => `#/transactions?from=${one.month}-01&to=${lastDay(one.month)}`)));
}

export async function show() {
  const [mine, now, before, budgets, rules, any] = await Promise.all([
    books(), get("/v1/analytics", {period: "current_month"}), get("/v1/analytics", {period: "last_month"}), all("/v1/budgets"),
    all("/v1/recurring"), get("/v1/transactions", {limit: 1})
  ]);
  if (any.data.length === 0 && rules.length === 0) return welcome(mine.me);
  const thisMonth = now.from.slice(0, 7);
  const first = addMonths(thisMonth, -11);
  const [series, sums, next] = await Promise.all([
    get("/v1/statistics/monthly", {from: first, to: thisMonth}),
    get("/v1/statistics/categories", {from: thisMonth, to: thisMonth}), comingUp(rules)
  ]);
  const codes = currencies(mine, [series.data, sums.data, mine.accounts, [mine.me]].flat().map((one) => one.currency));
  const ofMonth = (period) => codes.map((code) => period.data.find((one) => one.currency === code)).filter(Boolean);
  const sumsOf = (period) => (period.data.length > 0 ? ofMonth(period) : [period]);
  const where = spending(sums.data, now.from, now.to, codes);
  return [
    el("h1", {tabindex: "-1"}, title),
    el("div", {class: "cards"}, monthCard(month(thisMonth), sumsOf(now)), monthCard(month(before.from), sumsOf(before)),
        balances(mine.accounts, codes), months(series.data, first, codes),
        card(`Where it went in ${month(thisMonth)}`, null,
            where.length > 0 ? where : el("p", {class: "empty"}, "Nothing was spent yet.")),
        budgetCard(budgets), nextCard(next)),
  ];
}
