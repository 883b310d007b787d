"use strict";
// Everything that a server calls by a name comes from its catalogue: nothing is named here but the
// members that OAuth and the flows of every face have in common.

const find = (id) => document.getElementById(id);
let environments = [];
let environment, client, flow;

function make(tag, members = {}, ...children) {
  const made = document.createElement(tag);
  for (const [name, value] of Object.entries(members)) {
    if (name in made) made[name] = value;
    else made.setAttribute(name, value);
  }
  made.append(...children);
  return made;
}

// ------------------------------------------------------------------------ what is asked of servers

const HIDDEN = /\{\{([A-Z_]+)\}\}/g;

function quoted(text) {
  return `'${text.replaceAll("'", "'\\''")}'`.replace(HIDDEN, (_, name) => `'"$${name}"'`);
}

function curl({ method, url, headers, shown }) {
  const lines = [`curl -i -b cookies.txt -c cookies.txt -X ${method} ${quoted(url)}`];
  for (const [name, value] of Object.entries(headers)) lines.push(`-H ${quoted(`${name}: ${value}`)}`);
  if (shown) lines.push(`--data ${quoted(shown)}`);
  return lines.join(" \\\n  ");
}

// `body` is sent; `shown`, where what must not be seen is a variable, is what the page shows.
async function send(title, { method = "GET", path, headers = {}, shownHeaders, body, shown = body }) {
  const url = new URL(path, location.href).href;
  const asked = { method, headers, body: body || undefined, credentials: "same-origin" };
  const answer = await fetch(url, asked);
  const text = await answer.text();
  let json = null;
  try {
    json = JSON.parse(text);
  } catch {
    // Not every refusal is JSON: it is shown as it came.
  }
  const said = { method, url, headers: shownHeaders || headers, shown };
  keep(title, said, answer, json === null ? text : JSON.stringify(json, null, 2));
  return { status: answer.status, ok: answer.ok, json, text };
}

function keep(title, said, answer, text) {
  const command = curl(said);
  const copy = make("button", { type: "button" }, "Copy as curl");
  copy.addEventListener("click", async () => {
    await navigator.clipboard.writeText(command);
    copy.textContent = "Copied";
  });
  const word = make("span", { className: answer.ok ? "good" : "bad" }, String(answer.status));
  const request = make("details", {},
    make("summary", {}, `${said.method} ${new URL(said.url).pathname}`),
    make("pre", { tabIndex: 0 }, command));
  const response = make("details", { open: true },
    make("summary", {}, `Answer (${answer.headers.get("content-type") || "no type"})`),
    make("pre", { tabIndex: 0 }, text || "(empty)"));
  find("exchanges").prepend(make("li", {}, make("h3", {}, `${title}: `, word), request, response, copy));
}

// ------------------------------------------------------------------------------------ step 1: begin

function choose(select, values, chosen) {
  select.replaceChildren(...values.map(([value, text, disabled]) =>
    make("option", { value, disabled: Boolean(disabled) }, text)));
  const usable = values.filter((each) => !each[2]);
  select.value = chosen ?? (usable.length ? usable[0][0] : "");
}

function showEnvironment() {
  environment = environments.find((each) => each.id === find("environment").value);
  find("elsewhere").hidden = !environment.elsewhere;
  if (environment.elsewhere) find("elsewhere-link").href = environment.elsewhere;
  const clients = environment.clients.map((each) =>
    [each.client_id, each.name === each.client_id ? each.name : `${each.name} (${each.client_id})`,
      !each.is_redirectless]);
  choose(find("client"), clients);
  showClient();
  showCatalogue();
}

function showClient() {
  client = environment.clients.find((each) => each.client_id === find("client").value);
  const left = environment.clients.filter((each) => !each.is_redirectless).length;
  find("client-note").textContent = left
    ? `${left} without the mode that needs no redirects (pi.flow): set allow_redirectless.` : "";
  find("begin-button").disabled = !client || Boolean(environment.elsewhere);
  const scopes = client ? client.scopes : [];
  const wanted = client ? new Set(["openid", ...client.default_scopes]) : new Set();
  find("scopes").replaceChildren(...scopes.map((scope) => make("label", {},
    make("input", { type: "checkbox", value: scope, checked: wanted.has(scope) }), ` ${scope}`)));
  choose(find("response-type"), (client ? client.response_types : []).map((each) => [each, each]),
    client && client.response_types.includes("code") ? "code" : undefined);
}

function base64url(bytes) {
  const text = btoa(String.fromCharCode(...new Uint8Array(bytes)));
  return text.replaceAll("+", "-").replaceAll("/", "_").replaceAll("=", "");
}

async function digest(text) {
  return crypto.subtle.digest("SHA-256", new TextEncoder().encode(text));
}

async function begin() {
  const verifier = base64url(crypto.getRandomValues(new Uint8Array(32)));
  const type = find("response-type").value;
  const scopes = [...find("scopes").querySelectorAll("input:checked")].map((each) => each.value);
  const asked = { client_id: client.client_id, response_type: type, response_mode: "pi.flow" };
  if (scopes.length) asked.scope = scopes.join(" ");
  if (type.split(" ").includes("code")) {
    asked.code_challenge = base64url(await digest(verifier));
    asked.code_challenge_method = "S256";
  }
  if (type.split(" ").includes("id_token")) {
    asked.nonce = base64url(crypto.getRandomValues(new Uint8Array(16)));
  }
  const query = new URLSearchParams(asked);
  for (const [name, value] of new URLSearchParams(find("more").value)) query.set(name, value);
  flow = { verifier, wire: environment.wire, environment, client, path: null, state: null };
  const path = `${flow.wire.authorize}?${query}`;
  await show(await send("Begin", { path, headers: flow.wire.headers }));
}

// ------------------------------------------------------------------------------------ step 2: go on

async function show(answer) {
  const { json } = answer;
  if (!json) {
    stand(answer.text || `Answered with status ${answer.status}.`, "bad");
    return;
  }
  const state = flow.wire.api_state && json[flow.wire.api_state[0]];
  if (state) flow.state = state;
  find("json").textContent = JSON.stringify(json, null, 2);
  find("answer").hidden = false;
  if (!answer.ok || !json.status) {
    // A refusal: where there is a flow it stands where it stood, and its forms stay.
    refuse(json);
    return;
  }
  const self = json._links && json._links.self;
  if (self) {
    const url = new URL(self.href);
    flow.path = url.pathname + url.search;
  }
  stand(json.status, { COMPLETED: "good", FAILED: "bad" }[json.status] || "");
  await showFlow(json);
  find("actions").replaceChildren(...Object.keys(json._links || {})
    .filter((name) => name !== "self").map((name) => actionForm(name, json)));
  find("end").replaceChildren(...(json.authorizeResponse ? [endOf(json.authorizeResponse)] : resume(json)));
  find("now-title").focus();
}

function stand(text, word = "") {
  find("status").textContent = text;
  find("status").className = word;
}

function refuse(json) {
  const details = json.details || [];
  const words = [json.userMessage || json.message || json.error_description || json.error,
    ...details.map((each) => each.userMessage || each.message)];
  stand(`Refused: ${[...new Set(words.filter(Boolean))].join(" ")}`, "bad");
  if (!flow.path) find("actions").replaceChildren();
}

async function showFlow(json) {
  if (!json.id) return;
  const bytes = new Uint8Array(await digest(json.id));
  const mark = [...bytes.slice(0, 6)].map((each) => each.toString(16).padStart(2, "0")).join("");
  const look = make("button", { type: "button" }, "Look again");
  look.addEventListener("click", () => run(async () =>
    show(await send("Look", { path: flow.path, headers: headersOf(flow) }))));
  find("flow").replaceChildren(make("p", { className: "note" },
    "In the flow log: ", make("code", {}, `ostiary flows ${mark}`)),
  ...(json.authorizeResponse ? [] : [look]));
}

function headersOf(of) {
  const { headers, api_state: names } = of.wire;
  return of.state ? { ...headers, [names[1]]: of.state } : { ...headers };
}

function inputsOf(status, action) {
  const states = flow.environment.steps.flatMap((step) => step.states);
  const known = [...states.filter((each) => each.status === status), ...states];
  for (const state of known) {
    const found = state.actions.find((each) => each.name === action);
    if (found) return found.inputs;
  }
  return [];
}

function actionForm(name, json) {
  const form = make("form", { className: "action" }, make("h3", {}, make("code", {}, name)));
  const fields = inputsOf(json.status, name).map((input) => field(name, input, json));
  fields.forEach((each) => form.append(each.shown));
  const raw = make("textarea", { rows: 3, spellcheck: false, ariaLabel: `Body of ${name} as JSON` });
  form.append(make("details", {}, make("summary", {}, "Send other JSON instead"), raw));
  form.append(make("button", { className: "primary" }, "Send"));
  form.addEventListener("submit", (event) => {
    event.preventDefault();
    run(() => act(name, fields, raw.value.trim()));
  });
  return form;
}

// One input: what stands on the page, and what it holds: undefined where it is left out.
function field(action, input, json) {
  const id = `${action}-${input.name}`;
  const label = make("label", { htmlFor: id }, input.name, input.is_required ? "" : " (optional)");
  let control;
  if (input.kind === "boolean") {
    control = make("input", { id, type: "checkbox" });
  } else if (input.kind === "choice") {
    control = make("select", { id }, ...references(json).map(([value, text]) =>
      make("option", { value: JSON.stringify(value) }, text)));
  } else if (input.kind === "json") {
    control = make("textarea", { id, rows: 4, spellcheck: false });
  } else {
    const type = { password: "password", "new password": "password", email: "email" }[input.kind];
    control = make("input", { id, type: type || "text", autocomplete: "off", spellcheck: false });
    if (typeof json[input.name] === "string") control.value = json[input.name];
  }
  const isSecret = control.type === "password";
  const value = () => {
    if (input.kind === "boolean") return control.checked || undefined;
    if (input.kind === "choice") return control.value ? JSON.parse(control.value) : undefined;
    return control.value || undefined;
  };
  return { shown: make("div", {}, label, control), name: input.name, value, isSecret };
}

// What an answer lists to choose from: things with an id, or kinds of things.
function references(json) {
  const found = [];
  const walk = (value) => {
    if (Array.isArray(value)) value.forEach(walk);
    else if (value && typeof value === "object") {
      if (value.deviceType) found.push([{ deviceType: value.deviceType }, value.deviceType]);
      else if (value.id && value.type && "usable" in value) {
        found.push([{ id: value.id }, [value.nickname, value.type, value.target].filter(Boolean).join(" ")]);
      } else Object.values(value).forEach(walk);
    }
  };
  walk(json);
  return found;
}

async function act(name, fields, raw) {
  const sent = {};
  const shown = {};
  for (const each of fields) {
    const value = each.value();
    if (value === undefined) continue;
    sent[each.name] = value;
    shown[each.name] = each.isSecret ? `{{${each.name.replace(/[A-Z]/g, "_$&").toUpperCase()}}}` : value;
  }
  const isEmpty = Object.keys(sent).length === 0;
  const { wire } = flow;
  await show(await send(name, {
    method: "POST",
    path: flow.path,
    headers: { ...headersOf(flow), "Content-Type": wire.media_type.replace("{action}", name) },
    body: raw || (isEmpty ? wire.empty_body : JSON.stringify(sent)),
    shown: raw || (isEmpty ? wire.empty_body : JSON.stringify(shown)),
  }));
}

// -------------------------------------------------------------------------------------- the end of it

function resume(json) {
  if (!json.resumeUrl || Object.keys(json._links || {}).length > 1) return [];
  const link = make("a", { href: json.resumeUrl, target: "_blank", rel: "noopener" }, "resumeUrl");
  return [make("p", {}, "The flow goes on in the browser: ", link)];
}

function endOf(response) {
  const box = make("div", { className: "action" }, make("h3", {}, "What the application gets"),
    make("pre", { tabIndex: 0 }, JSON.stringify(response, null, 2)), ...decoded(response));
  if (response.code) box.append(exchangeForm(response.code));
  if (response.access_token) box.append(userinfoButton(response.access_token));
  return box;
}

function exchangeForm(code) {
  const form = make("form", {});
  const secret = make("input", { id: "secret", type: "password", autocomplete: "off" });
  if (!flow.client.is_public) form.append(make("label", { htmlFor: "secret" }, "Client secret"), secret);
  form.append(make("button", { className: "primary" }, "Exchange the code"));
  form.addEventListener("submit", (event) => {
    event.preventDefault();
    run(() => exchange(code, secret.value, form));
  });
  return form;
}

async function exchange(code, secret, form) {
  const id = flow.client.client_id;
  const asked = { grant_type: "authorization_code", code, code_verifier: flow.verifier };
  const headers = { "Content-Type": "application/x-www-form-urlencoded" };
  const shownHeaders = { ...headers };
  let shownSecret = "";
  if (flow.client.is_public) {
    asked.client_id = id;
  } else if (flow.client.auth_methods.includes("client_secret_basic")) {
    const pair = [id, secret].map(encodeURIComponent).join(":");
    headers.Authorization = `Basic ${btoa(pair)}`;
    shownHeaders.Authorization = "Basic {{BASE64_OF_CLIENT_ID_AND_SECRET}}";
  } else {
    asked.client_id = id;
    shownSecret = "&client_secret={{CLIENT_SECRET}}";
  }
  const shown = `${new URLSearchParams(asked)}${shownSecret}`;
  if (shownSecret) asked.client_secret = secret;
  const body = String(new URLSearchParams(asked));
  const answer = await send("Exchange the code", {
    method: "POST", path: flow.wire.token, headers, shownHeaders, body, shown,
  });
  if (!answer.json) return;
  const box = make("div", {}, make("h3", {}, answer.ok ? "Tokens" : "Refused"),
    make("pre", { tabIndex: 0 }, JSON.stringify(answer.json, null, 2)), ...decoded(answer.json));
  if (answer.json.access_token) box.append(userinfoButton(answer.json.access_token));
  if (answer.ok) form.replaceWith(box);
  else form.append(box);
}

function userinfoButton(token) {
  const button = make("button", { type: "button" }, "Read userinfo");
  button.addEventListener("click", () => run(() => send("Userinfo", {
    path: flow.wire.userinfo,
    headers: { Authorization: `Bearer ${token}` },
    shownHeaders: { Authorization: "Bearer {{ACCESS_TOKEN}}" },
  })));
  return button;
}

// The claims of what is a JWT; the page only reads them, and believes nothing.
function decoded(members) {
  return Object.entries(members).flatMap(([name, value]) => {
    const parts = typeof value === "string" ? value.split(".") : [];
    if (parts.length !== 3) return [];
    try {
      const [head, claims] = parts.slice(0, 2).map((part) => JSON.parse(new TextDecoder().decode(
        Uint8Array.from(atob(part.replaceAll("-", "+").replaceAll("_", "/")), (c) => c.charCodeAt(0)))));
      return [make("details", {}, make("summary", {}, `Claims of ${name}`),
        make("pre", { tabIndex: 0 }, JSON.stringify({ head, claims }, null, 2)))];
    } catch {
      return [];
    }
  });
}

// ---------------------------------------------------------------------------------- what can be asked

function showCatalogue() {
  find("steps").replaceChildren(...environment.steps.map((step) => {
    const title = step.is_detour ? `${step.type} (in another step's place)` : `${step.key} (${step.type})`;
    return make("details", {}, make("summary", {}, title), make("div", { className: "wide" },
      make("table", {}, make("thead", {}, make("tr", {}, ...["State", "Action", "Takes"].map((name) =>
        make("th", { scope: "col" }, name)))), make("tbody", {}, ...step.states.flatMap(rowsOf)))));
  }));
}

function rowsOf(state) {
  const actions = state.actions.length ? state.actions : [{ name: "", inputs: [] }];
  return actions.map((action, index) => make("tr", {},
    make("td", {}, index ? "" : make("code", {}, state.status)),
    make("td", {}, make("code", {}, action.name)),
    make("td", {}, action.inputs.map((each) =>
      `${each.name}${each.is_required ? "" : "?"}: ${each.kind}`).join(", "))));
}

async function run(work) {
  try {
    await work();
  } catch (error) {
    stand(`It did not work: ${error.message}`, "bad");
  }
}

find("environment").addEventListener("change", showEnvironment);
find("client").addEventListener("change", showClient);
find("clear").addEventListener("click", () => find("exchanges").replaceChildren());
find("begin").addEventListener("submit", (event) => {
  event.preventDefault();
  find("actions").replaceChildren();
  find("end").replaceChildren();
  find("flow").replaceChildren();
  run(begin);
});
run(async () => {
  environments = (await (await fetch("explorer.json")).json()).environments;
  choose(find("environment"), environments.map((each) => [each.id, `${each.key} (${each.face})`]));
  const here = environments.find((each) => !each.elsewhere);
  if (here) find("environment").value = here.id;
  if (environments.length) showEnvironment();
});
