// openid-client: a whole client, configured by discovery.
import * as openid from "openid-client";
import { report, settings, visit } from "../reporting.mjs";

const client = await openid.discovery(
  new URL(settings.issuer),
  settings.client_id,
  undefined,
  openid.ClientSecretBasic(settings.client_secret),
);
const verifier = openid.randomPKCECodeVerifier();
const asked = {
  redirect_uri: settings.redirect_uri,
  scope: settings.scope,
  code_challenge: await openid.calculatePKCECodeChallenge(verifier),
  code_challenge_method: "S256",
  state: openid.randomState(),
  nonce: openid.randomNonce(),
};
let first;

await report({
  metadata: () => client.serverMetadata(),
  sign_on: async () => {
    const where = await visit(openid.buildAuthorizationUrl(client, asked));
    first = await openid.authorizationCodeGrant(client, where, {
      pkceCodeVerifier: verifier,
      expectedState: asked.state,
      expectedNonce: asked.nonce,
      idTokenExpected: true,
    });
    return first;
  },
  id_token: () => first.claims(),
  userinfo: () => openid.fetchUserInfo(client, first.access_token, first.claims().sub),
  refresh: () => openid.refreshTokenGrant(client, first.refresh_token),
  logout: async () => {
    const url = openid.buildEndSessionUrl(client, {
      id_token_hint: first.id_token,
      post_logout_redirect_uri: settings.post_logout_redirect_uri,
      state: asked.state,
    });
    const arrived = await visit(url);
    const silent = openid.buildAuthorizationUrl(client, { ...asked, prompt: "none" });
    return { arrived, afterwards: await visit(silent) };
  },
});
