// How a client in JavaScript is told what to do, and reports what it saw: see docs/testing.md.
import { readFileSync } from "node:fs";
import { inspect } from "node:util";

// What the installation tells this program.
export const settings = JSON.parse(readFileSync(process.argv[2], "utf8"));

// The client's private key, as WebCrypto wants it.
export const privateKey = () =>
  crypto.subtle.importKey(
    "jwk",
    settings.private_key,
    { name: "ECDSA", namedCurve: "P-256" },
    false,
    ["sign"],
  );

// Make every check and print what it saw, one line each.
export async function report(checks) {
  for (const [check, act] of Object.entries(checks)) {
    try {
      console.log(JSON.stringify({ check, facts: await act() }));
    } catch (error) {
      console.log(JSON.stringify({ check, failure: inspect(error, { depth: 4 }) }));
    }
  }
}

// What the client threw; an error when it threw nothing.
export async function refusal(request) {
  let answer;
  try {
    answer = await request;
  } catch (error) {
    return error;
  }
  throw new Error(`this was not refused: ${inspect(answer)}`);
}

// Send the person to a URL of the server, and return where the browser is in the end.
// The person signs on, approves and confirms whatever a page asks.
export async function visit(url) {
  const answer = await fetch(settings.person, { method: "POST", body: String(url) });
  return new URL(await answer.text());
}
