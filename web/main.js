/*
 * Which page is shown: the part of the address behind #. Each page is a module with `title` and `show(query)`, which gives its
 * content. Events on the document: `session-begun`, `session-ended` (with a reason, if there is one to tell), `page-changed`:
 * what the page shows is not so any more.
 */

import {signOut} from "./api.js";
import * as books from "./books.js";
import {el, icon} from "./dom.js";
import {notice} from "./notice.js";
import * as budgets from "./pages/budgets.js";
import * as files from "./pages/files.js";
import * as overview from "./pages/overview.js";
import * as recurring from "./pages/recurring.js";
import * as session from "./session.js";

import * as register from "./pages/register.js";
import * as reset from "./pages/reset.js";
import * as settings from "./pages/settings.js";
import * as signIn from "./pages/sign_in.js";
import * as transactions from "./pages/transactions.js";

const PAGES = {
  "": overview,
  transactions,
  files,
  recurring,
  budgets,
  settings
};
const DOORS = {
  "sign-in": signIn,
  register,
  reset
}; /* for who is not signed in */
const NAMES = ["overview", "transactions", "files", "recurring", "budgets", "settings"];
const SLOW_MS = 200; /* what takes longer is said to be loading */

const app = document.getElementById("app");
let shown = 0;     /* the number of the latest visit: a page that comes late for an earlier one is dropped */
let wanted = null; /* where to go on after signing in */

function address() {
  const [path, query] = location.hash.replace(/^#\/?/, "").split("?");
  return {name: path, query: new URLSearchParams(query)};
}

function frame(name) {
  const links = NAMES.map((one) => {
    const path = one === "overview" ? "" : one;
    return el(
        "a", {href: `#/${path}`, "aria-current": path === name ? "page" : null}, icon(one), el("span", {}, PAGES[path].title));
  });
  const main = el("main", {id: "main"});
  const skip = (event) => {
    event.preventDefault();
    main.querySelector("h1")?.focus();
  };
  app.replaceChildren(el("a", {class: "skip", href: location.hash, onclick: skip}, "Skip to the content"),
      el("header", {class: "side"}, el("a", {class: "brand", href: "#/"}, "Purser"), el("nav", {"aria-label": "Pages"}, links),
          el("button", {type: "button", class: "quiet sign-out", onclick: signOut}, "Sign out")),
      main);
  return main;
}

function door() {
  const main = el("main", {id: "main", class: "door"});
  app.replaceChildren(main);
  return main;
}

function failed(main, page, problem) {
  if (problem.status === undefined) console.error(problem);
  main.replaceChildren(el("h1", {tabindex: "-1"}, page.title),
      el("div", {class: "empty", role: "alert"}, el("p", {}, problem.message),
          el("button", {type: "button", onclick: route}, "Try again")));
}

/* The same page with what is so now; where one was, and what had the focus, stays. */
async function refresh() {
  const {name, query} = address();
  const main = document.getElementById("main");
  const visit = ++shown;
  books.forget();
  try {
    const content = await PAGES[name].show(query);
    if (visit !== shown) return;
    const controls = () => [...main.querySelectorAll("button, a, input, select, summary")];
    const at = controls().indexOf(document.activeElement);
    main.replaceChildren(...[content].flat());
    if (at >= 0) (controls()[at] ?? main.querySelector("h1")).focus({preventScroll: true});
  } catch (problem) {
    if (visit === shown) failed(main, PAGES[name], problem);
  }
}

async function route() {
  const visit = ++shown;
  books.forget();
  const {name, query} = address();
  if (!session.isSignedIn() && !(name in DOORS)) {
    wanted = location.hash;
    location.replace("#/sign-in");
    return;
  }
  if ((session.isSignedIn() && name in DOORS) || !(name in PAGES || name in DOORS)) {
    location.replace(wanted ?? "#/");
    wanted = null;
    return;
  }
  const page = PAGES[name] ?? DOORS[name];
  const main = name in DOORS ? door() : frame(name);
  document.title = name === "" ? "Purser" : `${page.title} · Purser`;
  main.setAttribute("aria-busy", "true");
  const slow = setTimeout(() => main.replaceChildren(el("p", {class: "loading"}, "Loading…")), SLOW_MS);
  try {
    const content = await page.show(query);
    if (visit !== shown) return;
    clearTimeout(slow);
    main.replaceChildren(...[content].flat());
  } catch (problem) {
    if (visit !== shown) return;
    clearTimeout(slow);
    failed(main, page, problem);
  } finally {
    clearTimeout(slow);
    main.removeAttribute("aria-busy");
  }
  document.querySelectorAll("dialog").forEach((one) => one.close());
  scrollTo(0, 0);
  main.querySelector("h1")?.focus({preventScroll: true});
}

addEventListener("hashchange", route);
document.addEventListener("session-ended", ({detail}) => {
  document.querySelectorAll("dialog").forEach((one) => one.close());
  wanted = detail && !(address().name in DOORS) ? location.hash : null;
  if (detail) notice(detail);
  if (location.hash === "#/sign-in")
    route();
  else
    location.hash = "#/sign-in";
});
document.addEventListener("session-begun", () => {
  location.hash = wanted ?? "#/";
  wanted = null;
});
document.addEventListener("page-changed", refresh);
route();
