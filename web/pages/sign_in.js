/* Signing in. */

import {signIn} from "../api.js";
import {el} from "../dom.js";
import {field, form} from "../form.js";

export const title = "Sign in";

export function begun() { document.dispatchEvent(new CustomEvent("session-begun")); }

export function show() {
  const send = async ({username, password, stays}) => {
    await signIn(username, password, stays);
    begun();
  };
  return [
    el("p", {class: "brand"}, "Purser"),
    el("h1", {tabindex: "-1"}, title),
    form("Sign in", send, {},
        field("Name or e-mail address", "username",
            {autocomplete: "username", autocapitalize: "none", spellcheck: "false", required: true}),
        field("Password", "password", {type: "password", autocomplete: "current-password", required: true}),
        field("Stay signed in on this device", "stays", {type: "checkbox"})),
    el("p", {class: "aside"}, el("a", {href: "#/register"}, "Register"), el("a", {href: "#/reset"}, "Forgot the password?")),
  ];
}
