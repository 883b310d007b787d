// oauth4webapi: functions of a protocol that the caller puts together.
import * as oauth from "oauth4webapi";
import { report, settings, visit } from "../reporting.mjs";

const issuer = new URL(settings.issuer);
const client = { client_id: settings.client_id };
const secret = oauth.ClientSecretPost(settings.client_secret);
const server = await oauth.processDiscoveryResponse(issuer, await oauth.discoveryRequest(issuer));
const [verifier, state, nonce] = [
  oauth.generateRandomCodeVerifier(),
  oauth.generateRandomState(),
  oauth.generateRandomNonce(),
];
let first;

const to = (endpoint, parameters) => {
  const url = new URL(endpoint);
  url.search = new URLSearchParams(parameters);
  return url;
};

const ask = async (more = {}) =>
  visit(
    to(server.authorization_endpoint, {
      ...client,
      response_type: "code",
      redirect_uri: settings.redirect_uri,
      scope: settings.scope,
      code_challenge: await oauth.calculatePKCECodeChallenge(verifier),
      code_challenge_method: "S256",
      state,
      nonce,
      ...more,
    }),
  );

await report({
  metadata: () => server,
  sign_on: async () => {
    const parameters = oauth.validateAuthResponse(server, client, await ask(), state);
    const answer = await oauth.authorizationCodeGrantRequest(
      server,
      client,
      secret,
      parameters,
      settings.redirect_uri,
      verifier,
    );
    first = await oauth.processAuthorizationCodeResponse(server, client, answer, {
      expectedNonce: nonce,
      requireIdToken: true,
    });
    // Its signature too, which this client otherwise leaves to TLS.
    await oauth.validateApplicationLevelSignature(server, answer);
    return first;
  },
  id_token: () => oauth.getValidatedIdTokenClaims(first),
  userinfo: async () => {
    const answer = await oauth.userInfoRequest(server, client, first.access_token);
    const { sub } = oauth.getValidatedIdTokenClaims(first);
    return oauth.processUserInfoResponse(server, client, sub, answer);
  },
  refresh: async () => {
    const { refresh_token } = first;
    const answer = await oauth.refreshTokenGrantRequest(server, client, secret, refresh_token);
    return oauth.processRefreshTokenResponse(server, client, answer);
  },
  logout: async () => {
    const { id_token: id_token_hint } = first;
    const { post_logout_redirect_uri } = settings;
    const wish = { id_token_hint, post_logout_redirect_uri, state };
    return {
      arrived: await visit(to(server.end_session_endpoint, wish)),
      afterwards: await ask({ prompt: "none" }),
    };
  },
});
