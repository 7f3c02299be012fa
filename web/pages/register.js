/* From an address to a user: the address, the code that was mailed to it, a name and a password. */

import {callOpen, signIn} from "../api.js";
import {el} from "../dom.js";
import {field, form} from "../form.js";

import {begun} from "./sign_in.js";

export const title = "Register";

const zone = () => Intl.DateTimeFormat().resolvedOptions().timeZone;

export const zoneField = (value) =>
    field("Time zone", "timezone", {value, options: withValue(Intl.supportedValuesOf("timeZone"), value)});
export const currencyField = (value, more) =>
    field("Currency", "currency", {value, options: named(withValue(Intl.supportedValuesOf("currency"), value)), ...more});

const withValue = (known, value) => (known.includes(value) ? known : [value, ...known]).map((one) => [one, one]);
function named(codes) {
  const names = new Intl.DisplayNames(navigator.languages, {type: "currency"});
  return codes.map(([code]) => [code, `${code} · ${names.of(code)}`]);
}

export const emailField = () => field("E-mail address", "email", {type: "email", autocomplete: "email", required: true});
export const codeField = (email) => field("Code", "code", {
  hint: `Six letters and digits, mailed to ${email}. Good for ten minutes.`,
  autocomplete: "one-time-code",
  autocapitalize: "characters",
  spellcheck: "false",
  class: "code",
  maxlength: "12",
  required: true,
});
export const newPasswordField = (name = "password", label = "Password") =>
    field(label, name, {type: "password", autocomplete: "new-password", hint: "At least 8 characters.", required: true});

const steps = el("div", {class: "steps"});

function next(heading, ...content) {
  steps.replaceChildren(el("h1", {tabindex: "-1"}, heading), ...content);
  steps.querySelector("input, select")?.focus();
}

function askAddress() {
  next(title, form("Send me a code", async ({email}) => {
    await callOpen("POST", "/v1/registrations", {body: {email}});
    askCode(email);
  }, {}, emailField()));
}

function askCode(email) {
  next("Check your mail", form("Go on", async ({code}) => {
    const {registration_token} = await callOpen("POST", "/v1/registrations/verify", {body: {email, code}});
    askUser(email, registration_token);
  }, {beside: el("button", {type: "button", class: "quiet", onclick: askAddress}, "Another address")}, codeField(email)));
}

function askUser(email, registration_token) {
  next("Who keeps these books?",
      form("Create the books",
          async (user) => {
            await callOpen("POST", "/v1/users", {body: {registration_token, ...user}});
            await signIn(user.username, user.password, false);
            begun();
          },
          {}, field("Name", "username", {
            autocomplete: "username",
            autocapitalize: "none",
            spellcheck: "false",
            hint: "Letters, digits, point, dash; you sign in with it.",
            required: true
          }),
          newPasswordField(), currencyField("EUR", {hint: "Of your first account; others may have others."}), zoneField(zone())));
}

export function show() {
  askAddress();
  return [el("p", {class: "brand"}, "Purser"), steps, el("p", {class: "aside"}, el("a", {href: "#/sign-in"}, "Sign in instead"))];
}
