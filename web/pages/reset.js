/* A forgotten password, set anew by a mailed code. */

import {callOpen, signIn} from "../api.js";
import {el} from "../dom.js";
import {form} from "../form.js";

import {codeField, emailField, newPasswordField} from "./register.js";
import {begun} from "./sign_in.js";

export const title = "New password";

export function show() {
  const step = el("div", {class: "steps"});
  const ask = (...content) => step.replaceChildren(el("h1", {tabindex: "-1"}, title), ...content);
  ask(form("Send me a code", async ({email}) => {
    await callOpen("POST", "/v1/password-resets", {body: {email}});
    ask(form("Set the password", async ({code, password}) => {
      await callOpen("POST", "/v1/password-resets/verify", {body: {email, code, password}});
      await signIn(email, password, false);
      begun();
    }, {}, codeField(email), newPasswordField()));
    step.querySelector("input").focus();
  }, {}, emailField()));
  return [el("p", {class: "brand"}, "Purser"), step, el("p", {class: "aside"}, el("a", {href: "#/sign-in"}, "Sign in instead"))];
}
