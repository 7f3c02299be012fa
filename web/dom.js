/* Making elements. Text goes in as text and never as markup: bank files are hostile until shown otherwise. */

const SVG = "http://www.w3.org/2000/svg";

function fill(node, attributes, children) {
  for (const [name, value] of Object.entries(attributes)) {
    if (value === null || value === undefined || value === false) continue;
    if (typeof value === "function")
      node.addEventListener(name.slice(2), value);
    else if (name === "value")
      node.value = value;
    else
      node.setAttribute(name, value === true ? "" : value);
  }
  append(node, children);
  return node;
}

export function append(node, ...children) {
  node.append(...children.flat(Infinity).filter((child) => child !== null && child !== undefined && child !== false));
  return node;
}

/* These in place of what is in it. */
export function refill(node, ...children) {
  node.replaceChildren();
  return append(node, children);
}

/* el("a", { class: "x", href: "#/", onclick: fn }, "text", node, [more]): null and false are left out. */
export function el(name, attributes = {}, ...children) { return fill(document.createElement(name), attributes, children); }

export function svg(name, attributes = {}, ...children) {
  return fill(document.createElementNS(SVG, name), attributes, children);
}

let ids = 0;
export const newId = (prefix) => `${prefix}-${++ids}`;

const ICONS = {
  overview: "M4 12 12 5l8 7M6 11v8h12v-8",
  transactions: "M5 7h14M5 12h14M5 17h9",
  files: "M12 16V5m0 0L8 9m4-4 4 4M5 15v4h14v-4",
  recurring: "M5 12a7 7 0 0 1 12-5l2 2m0-5v5h-5M19 12a7 7 0 0 1-12 5l-2-2m0 5v-5h5",
  budgets: "M12 4a8 8 0 1 0 8 8h-8zM16 4.5A8 8 0 0 1 19.5 8",
  settings: "M5 8h8m4 0h2M5 16h2m4 0h8M15 6v4M9 14v4",
};

export function icon(name) {
  return svg("svg", {class: "icon", viewBox: "0 0 24 24", "aria-hidden": "true"}, svg("path", {d: ICONS[name]}));
}
