"use strict";
const field = document.querySelector("[data-passkey]");
const form = field.form;
const button = form.querySelector("button.primary");
const problem = form.querySelector("[data-passkey-problem]");
const absent = form.querySelector("[data-passkey-absent]");

absent.hidden = "credentials" in navigator;

function fromBase64(text) {
  const binary = atob(text.replaceAll("-", "+").replaceAll("_", "/"));
  return Uint8Array.from(binary, (character) => character.charCodeAt(0));
}

function toBase64(buffer) {
  const binary = String.fromCharCode(...new Uint8Array(buffer));
  return btoa(binary).replaceAll("+", "-").replaceAll("/", "_").replaceAll("=", "");
}

function read(options) {
  const descriptors = (list) => list.map((each) => ({ ...each, id: fromBase64(each.id) }));
  const given = { ...options, challenge: fromBase64(options.challenge) };
  if (options.user) given.user = { ...options.user, id: fromBase64(options.user.id) };
  if (options.allowCredentials) given.allowCredentials = descriptors(options.allowCredentials);
  if (options.excludeCredentials) given.excludeCredentials = descriptors(options.excludeCredentials);
  return given;
}

function write(credential) {
  const response = {};
  const names = ["clientDataJSON", "attestationObject", "authenticatorData", "signature", "userHandle"];
  for (const name of names) {
    if (credential.response[name]) response[name] = toBase64(credential.response[name]);
  }
  if (credential.response.getTransports) response.transports = credential.response.getTransports();
  return JSON.stringify({
    id: credential.id,
    rawId: toBase64(credential.rawId),
    type: credential.type,
    authenticatorAttachment: credential.authenticatorAttachment,
    clientExtensionResults: credential.getClientExtensionResults(),
    response,
  });
}

form.addEventListener("submit", async (event) => {
  if (event.submitter !== button || field.value) return;
  event.preventDefault();
  problem.hidden = true;
  button.disabled = true;
  try {
    const publicKey = read(JSON.parse(field.dataset.options));
    const asked = field.dataset.passkey === "make_passkey" ? "create" : "get";
    field.value = write(await navigator.credentials[asked]({ publicKey }));
    button.disabled = false;
    form.requestSubmit(button);
  } catch {
    button.disabled = false;
    problem.hidden = false;
  }
});
