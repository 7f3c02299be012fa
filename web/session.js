/*
 * Who is signed in, in this browser.
 *
 * The API gives an access token (minutes) and a refresh token (each good once). What was chosen against theft, and why:
 *
 * - The access token lives in this module's memory and nowhere else.
 * - The refresh token must outlive a reload. It is kept in sessionStorage, which ends with the tab; in localStorage only when
 *   the person asks to stay signed in. A cookie that scripts can't read would need another kind of session in the API, and a
 *   guard against forged requests with it; it would keep a thief's script from carrying the token away, not from acting with it.
 * - So no foreign script may run at all: the pages come with a Content-Security-Policy of own files alone, without inline
 *   script and with Trusted Types, and nothing here makes markup of text.
 * - Whoever copies the token all the same is found out: the second use of one ends the session for both. That is why tabs
 *   have to take turns (a lock) and tell each other the new one (a tab that was duplicated has a copy of its own).
 *   Browsers have locks only on https and localhost; elsewhere two tabs may at worst sign each other out.
 */

const KEY = "purser.refresh_token";
let access = null;
let goodUntil = 0;

const held = () => sessionStorage.getItem(KEY) ?? localStorage.getItem(KEY);
const channel = new BroadcastChannel("purser.session");

channel.onmessage = ({data: {used, next}}) => {
  if (sessionStorage.getItem(KEY) === used && next)
    sessionStorage.setItem(KEY, next);
  else if (!next && access !== null && (sessionStorage.getItem(KEY) ?? used) === used)
    forget("You signed out in another tab.");
};

export const isSignedIn = () => held() !== null;

function take(tokens) {
  access = tokens.access_token;
  goodUntil = performance.now() + (tokens.expires_in - 10) * 1000;
}

function forget(reason) {
  sessionStorage.removeItem(KEY);
  localStorage.removeItem(KEY);
  access = null;
  document.dispatchEvent(new CustomEvent("session-ended", {detail: reason}));
}

/* stays: beyond the end of this tab. */
export function begin(tokens, stays) {
  sessionStorage.removeItem(KEY);
  localStorage.removeItem(KEY);
  (stays ? localStorage : sessionStorage).setItem(KEY, tokens.refresh_token);
  take(tokens);
}

export function end(reason) {
  const used = held();
  if (used !== null) channel.postMessage({used, next: null});
  forget(reason);
}

/* `send(token)` asks the API for new tokens; null: it refuses. Throws what it throws when the API can't be reached. */
async function renew(send, stale) {
  if (access !== stale) return; /* somebody did, while we waited for our turn */
  const used = held();
  if (used === null) {
    if (access !== null) forget("You are signed out."); /* by another tab; else it was told already */
    return;
  }
  const tokens = await send(used);
  if (tokens === null) {
    forget("Your session has ended. Please sign in again.");
    return;
  }
  (sessionStorage.getItem(KEY) === null ? localStorage : sessionStorage).setItem(KEY, tokens.refresh_token);
  channel.postMessage({used, next: tokens.refresh_token});
  take(tokens);
}

/* An access token that is good now, or null. `refused`: one that the API just refused. */
export async function token(send, refused = null) {
  const stale = access;
  if (access !== null && access !== refused && performance.now() < goodUntil) return access;
  if (navigator.locks)
    await navigator.locks.request(KEY, () => renew(send, stale));
  else
    await (turn = turn.catch(() => {}).then(() => renew(send, stale)));
  return access;
}
let turn = Promise.resolve();
