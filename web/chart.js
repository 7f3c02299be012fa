/* Drawings: bars by month, and how full something is. Every figure drawn can be read as text too. */

import {el, svg} from "./dom.js";
import {money, month, ratio, shortMonth} from "./format.js";

const HEIGHT = 100;
const COLUMN = 20;

function column(one, at, most, href) {
  const bar = (amount, x, kind) => {
    const height = ratio(amount, most) * HEIGHT;
    return svg("rect", {class: kind, x: at * COLUMN + x, y: HEIGHT - height, width: 6.5, height});
  };
  const said = `${month(one.month)}: in ${money(one.income, one.currency)}, out ${money(one.expense, one.currency)}, net ${
      money(one.net, one.currency, true)}`;
  return svg("a", {href, "aria-label": said}, svg("title", {}, said),
      svg("rect", {class: "column", x: at * COLUMN, y: 0, width: COLUMN, height: HEIGHT}), bar(one.income, 3, "in"),
      bar(one.expense, 10.5, "out"));
}

/* months: [{month, currency, income, expense, net}], each drawn as a way to its entries (hrefOf). */
export function monthBars(months, hrefOf) {
  const most = months.flatMap((one) => [one.income, one.expense]).reduce((a, b) => (Number(b) > Number(a) ? b : a), "0");
  const width = months.length * COLUMN;
  const {currency} = months[0];
  return el("figure", {class: "bars"}, el("div", {class: "scale"}, money(most, currency)),
      svg("svg", {
        viewBox: `0 0 ${width} ${HEIGHT}`,
        preserveAspectRatio: "none",
        role: "group",
        "aria-label": `Money in and out by month, ${currency}`
      },
          [0, 0.5, 1].map((share) => svg("line", {class: "grid", x1: 0, x2: width, y1: HEIGHT * share, y2: HEIGHT * share})),
          months.map((one, at) => column(one, at, most, hrefOf(one)))),
      el("div", {class: "months", "aria-hidden": "true"}, months.map((one) => el("span", {}, shortMonth(one.month)))),
      el("figcaption", {}, el("span", {class: "key in"}, "In"), el("span", {class: "key out"}, "Out"),
          el("details", {}, el("summary", {}, "Figures"),
              el("div", {class: "scroll", tabindex: "0", role: "region", "aria-label": `Figures, ${currency}`},
                  figures(months)))));
}

function figures(months) {
  const cell = (amount, one) => el("td", {class: "amount"}, money(amount, one.currency));
  return el("table", {class: "plain"}, el("thead", {}, el("tr", {}, ["Month", "In", "Out",
    "Net"].map((name, at) => el("th", {scope: "col", class: at ? "amount" : null}, name)))),
      el("tbody", {},
          months.map((one) => el("tr", {}, el("th", {scope: "row"}, month(one.month)), cell(one.income, one),
                         cell(one.expense, one), cell(one.net, one)))));
}

/* A bar that is `share` full (0…1 and beyond); decoration: the figures stand beside it. */
export function meter(share, kind = "") {
  const filled = Math.max(0, Math.min(1, share));
  return svg("svg", {class: `meter ${kind}`, viewBox: "0 0 100 6", preserveAspectRatio: "none", "aria-hidden": "true"},
      svg("rect", {class: "track", width: 100, height: 6}), svg("rect", {class: "fill", width: filled * 100, height: 6}));
}
