/* The one way to the API (api/openapi.yaml): tokens, problems (RFC 9457), pages, jobs. */

import * as session from "./session.js";

/* Problems whose detail is for programs, as a person is told of them. */
const SAID = {
  "/problems/stale": "It was changed elsewhere in the meantime. Close this and open it again.",
  "/problems/busy": "Purser can't do this just now. Try again in a moment.",
  "/problems/internal": "Something is broken in Purser. It has been logged.",
};
const sentence = (text) => text.charAt(0).toUpperCase() + text.slice(1);

/* `errors` are [{pointer, detail}]; status 0: the API could not be reached. */
export class Problem extends Error {
  constructor(status, body) {
    super(SAID[body.type] ?? sentence(body.detail || body.title));
    Object.assign(this, {status, type: body.type ?? "", title: body.title, errors: body.errors ?? []});
  }
}

/* A key for one act of the person, however often it has to be sent. crypto.randomUUID is missing on plain http. */
const newKey = () =>
    Array.from(crypto.getRandomValues(new Uint8Array(16)), (byte) => byte.toString(16).padStart(2, "0")).join("");

export function target(path, query = {}) {
  const given = Object.entries(query).filter(([, value]) => value !== "" && value !== null && value !== undefined);
  return given.length ? `${path}?${new URLSearchParams(given)}` : path;
}

/* Sends once more when the connection breaks before an answer; only what has one effect however often it comes. */
async function exchange(path, options) {
  const mayRepeat = options.method === "GET" || options.headers["Idempotency-Key"];
  for (let attempt = 0;; attempt++) {
    try {
      return await fetch(path, {...options, credentials: "omit", redirect: "error"});
    } catch (failure) {
      if (failure.name === "AbortError") throw failure;
      if (attempt > 0 || !mayRepeat) throw new Problem(0, {title: "Purser does not answer. Is it running, and are you online?"});
      await new Promise((go) => setTimeout(go, 400));
    }
  }
}

async function read(answer) {
  const text = await answer.text();
  const isJson = (answer.headers.get("Content-Type") ?? "").includes("json");
  const body = isJson ? JSON.parse(text) : text;
  if (!answer.ok) throw new Problem(answer.status, isJson ? body : {title: `The server answered ${answer.status}.`});
  return body;
}

function prepare(method, {body, headers = {}, signal}) {
  const sent = {...headers};
  if (method === "POST") sent["Idempotency-Key"] = newKey();
  if (body !== undefined && !(body instanceof Blob)) {
    sent["Content-Type"] = "application/json";
    body = JSON.stringify(body);
  }
  return {method, body, headers: sent, signal};
}

/* Without a token: signing in, codes. */
export const callOpen = async (method, path, options = {}) => read(await exchange(path, prepare(method, options)));

async function renew(refresh_token) {
  try {
    return await callOpen("POST", "/v1/sessions/refresh", {body: {refresh_token}});
  } catch (problem) {
    if (problem.status === 401 || problem.status === 422) return null;
    throw problem;
  }
}

async function send(method, path, options) {
  const prepared = prepare(method, options);
  const withToken = (token) => ({...prepared, headers: {...prepared.headers, Authorization: `Bearer ${token}`}});
  const ended = () => new Problem(401, {title: "You are signed out."});
  let token = await session.token(renew);
  if (token === null) throw ended();
  const answer = await exchange(path, withToken(token));
  if (answer.status !== 401) return answer;
  token = await session.token(renew, token);
  if (token === null) throw ended();
  return exchange(path, withToken(token));
}

/* options: body (an object, or a Blob as it is), headers, signal. Gives the answer's document. */
export const call = async (method, path, options = {}) => read(await send(method, path, options));
export const get = (path, query, options) => call("GET", target(path, query), options);
export const ifMatch = (thing) => ({"If-Match": `"${thing.version}"`});

/* Every page of a list that is short by nature. */
export async function all(path, query = {}) {
  const found = [];
  for (let cursor = ""; cursor !== null;) {
    const page = await get(path, {...query, limit: 500, cursor});
    found.push(...page.data);
    cursor = page.next_cursor;
  }
  return found;
}

/* A file of the API's (an export), as a Blob. */
export async function download(path, query) {
  const answer = await send("GET", target(path, query), {});
  if (!answer.ok) await read(answer);
  return answer.blob();
}

const ENDED = ["done", "dead", "cancelled", "expired"];

async function* events(answer) {
  const reader = answer.body.pipeThrough(new TextDecoderStream()).getReader();
  for (let text = "";;) {
    const {value, done} = await reader.read();
    if (done) return;
    const blocks = (text + value).split("\n\n");
    text = blocks.pop();
    for (const block of blocks) {
      const line = block.split("\n").find((one) => one.startsWith("data: "));
      if (line) yield JSON.parse(line.slice(6));
    }
  }
}

/* Follows a job by its events until it ends; `told(job)` at each change. EventSource sends no token, so this reads the stream. */
export async function follow(id, told, signal) {
  for (let pause = 200;; pause = Math.min(pause * 2, 5000)) {
    try {
      const answer = await send("GET", `/v1/jobs/${id}/events`, {signal});
      if (!answer.ok) await read(answer);
      for await (const job of events(answer)) {
        told(job);
        if (ENDED.includes(job.state)) return job;
      }
    } catch (failure) {
      if (failure.name === "AbortError" || (failure instanceof Problem && failure.status !== 0)) throw failure;
    }
    await new Promise((go) => setTimeout(go, pause)); /* the stream broke off: open it again */
  }
}

export async function signIn(name, password, stays) {
  const who = name.includes("@") ? {email: name} : {username: name};
  session.begin(await callOpen("POST", "/v1/sessions", {body: {...who, password}}), stays);
}

export async function signOut() {
  await call("DELETE", "/v1/sessions/current").catch(() => {}); /* signed out here in any case */
  session.end(null);
}
