"use strict";
/* Lists the operations of /openapi.json by tag. All text goes in as text. */
function element(name, text, ...children) {
  const made = document.createElement(name);
  if (text) made.textContent = text;
  made.append(...children);
  return made;
}

function operation(method, path, about) {
  const summary = element("summary", "");
  const name = element("span", method.toUpperCase());
  name.className = "method";
  summary.append(name, element("code", path), " ", about.summary || "");
  const shown = { ...about };
  for (const known of ["tags", "summary", "operationId", "description"]) delete shown[known];
  return element("details", "", summary, element("p", about.description || ""),
    element("pre", JSON.stringify(shown, null, 2)));
}

fetch("/openapi.json").then((answer) => answer.json()).then((contract) => {
  const main = document.getElementById("paths");
  main.replaceChildren(element("p", contract.info.description));
  for (const tag of contract.tags) {
    main.append(element("h2", tag.name), element("p", tag.description || ""));
    for (const [path, methods] of Object.entries(contract.paths))
      for (const [method, about] of Object.entries(methods))
        if ((about.tags || []).includes(tag.name)) main.append(operation(method, path, about));
  }
  const schemas = element("pre", JSON.stringify(contract.components, null, 2));
  main.append(element("h2", "components"), schemas);
});
