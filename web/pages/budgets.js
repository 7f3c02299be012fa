/* Budgets: what is left of each. */

import {all as allOf, call, ifMatch} from "../api.js";
import {books, categoryOptions} from "../books.js";
import {meter} from "../chart.js";
import {el} from "../dom.js";
import {dialog, editor, field, form} from "../form.js";
import {isNegative, money, negate, ratio, readAmount, shortDay} from "../format.js";

import {currencyField} from "./register.js";

export const title = "Budgets";

const PERIODS = [["month", "Month"], ["week", "Week"], ["quarter", "Quarter"], ["year", "Year"]];
const ROLLOVERS =
    [["none", "is gone"], ["surplus", "goes over"], ["surplus_and_deficit", "goes over, and so does what is overspent"]];
const NEARLY = 0.8; /* as the API's first alert */

const again = () => document.dispatchEvent(new CustomEvent("page-changed"));

/* Name, what is left, and how full it is. Also on the overview. */
export function budgetLine({category_name, currency, current}) {
  const {spent, available, left} = current;
  const share = ratio(spent, available);
  const isOver = isNegative(left);
  return [
    el("div", {class: "rank"}, el("span", {class: "name"}, category_name),
        el("span", {class: isOver ? "amount out" : "amount"},
            isOver ? `${money(negate(left), currency)} over` : `${money(left, currency)} left`)),
    meter(isOver && share === 0 ? 1 : share,
        isOver              ? "over" :
            share >= NEARLY ? "near" :
                              ""),
    el("p", {class: "hint"},
        `${money(spent, currency)} of ${money(available, currency)}, ${shortDay(current.from)} – ${shortDay(current.to)}`),
  ];
}

function openEdit(budget) {
  const path = `/v1/budgets/${budget.id}`, headers = ifMatch(budget);
  editor(budget.category_name, {
    save: ({amount, rollover}) => call("PATCH", path, {body: {amount: readAmount(amount), rollover}, headers}),
    remove: () => call("DELETE", path, {headers}),
    again
  },
      field(`Amount in ${budget.currency}`, "amount", {value: budget.amount, inputmode: "decimal"}),
      field("What is left at the end", "rollover", {
        value: budget.rollover,
        options: budget.rollover === "cap" ? [...ROLLOVERS, ["cap", "goes over, up to a limit"]] : ROLLOVERS
      }));
}

function openNew(all) {
  const made = dialog("New budget",
      form("Set it",
          async ({amount, ...rest}) => {
            await call("POST", "/v1/budgets", {body: {...rest, amount: readAmount(amount)}});
            made.close();
            again();
          },
          {}, field("Category", "category_id", {options: categoryOptions(all, ["expense"]), hint: "With all below it."}),
          el("div", {class: "pair"}, field("Amount", "amount", {inputmode: "decimal", required: true}),
              currencyField(all.me.currency)),
          el("div", {class: "pair"}, field("Each", "period", {options: PERIODS}),
              field("What is left at the end", "rollover", {options: ROLLOVERS}))));
}

function budgetItem(budget) {
  const {current, currency} = budget;
  const isUnder = !isNegative(current.left) && current.forecast !== null;
  return el("li", {class: "rule"}, budgetLine(budget),
      el("div", {class: "rank"},
          el("p", {class: "hint"}, isUnder && `At this pace ${money(current.forecast, currency)} by ${shortDay(current.to)}.`),
          el("button", {type: "button", "aria-label": `Change ${budget.category_name}`, onclick: () => openEdit(budget)},
              "Change")));
}

export async function show() {
  const [all, budgets] = await Promise.all([books(), allOf("/v1/budgets")]);
  return [
    el("div", {class: "heading"}, el("h1", {tabindex: "-1"}, title),
        el("button", {type: "button", class: "primary", onclick: () => openNew(all)}, "New budget")),
    el("section", {class: "card"},
        budgets.length > 0 ? el("ul", {class: "rules"}, budgets.map(budgetItem)) :
                             el("p", {class: "empty"}, "No budget yet. Set one for what you want to keep an eye on.")),
  ];
}
