// oauth4webapi: functions of a protocol that the caller puts together.
import * as oauth from "oauth4webapi";
import { privateKey, refusal, report, settings } from "../reporting.mjs";

const issuer = new URL(settings.issuer);
const client = { client_id: settings.client_id };
const basic = oauth.ClientSecretBasic(settings.client_secret);

const discover = async (algorithm) =>
  oauth.processDiscoveryResponse(issuer, await oauth.discoveryRequest(issuer, { algorithm }));
const server = await discover("oidc");

async function getToken(authentication, parameters = {}, as = client) {
  const answer = await oauth.clientCredentialsGrantRequest(server, as, authentication, {
    scope: settings.scope,
    ...parameters,
  });
  return oauth.processClientCredentialsResponse(server, as, answer);
}

async function introspect(token) {
  const answer = await oauth.introspectionRequest(server, client, basic, token);
  return oauth.processIntrospectionResponse(server, client, answer);
}

await report({
  discovery: () => server,
  oauth_discovery: () => discover("oauth2"),
  secret_in_header: () => getToken(basic),
  secret_in_body: () => getToken(oauth.ClientSecretPost(settings.client_secret)),
  client_secret_jwt: () => getToken(oauth.ClientSecretJwt(settings.client_secret)),
  private_key_jwt: async () =>
    getToken(oauth.PrivateKeyJwt(await privateKey()), {}, { client_id: settings.key_client_id }),
  introspection: async () => introspect((await getToken(basic)).access_token),
  revocation: async () => {
    const { access_token } = await getToken(basic);
    const answer = await oauth.revocationRequest(server, client, basic, access_token);
    await oauth.processRevocationResponse(answer);
    return introspect(access_token);
  },
  jwt_access_token: async () => {
    const { access_token } = await getToken(basic, { resource: settings.audience });
    const request = new Request(settings.audience, {
      headers: { authorization: `Bearer ${access_token}` },
    });
    return oauth.validateJwtAccessToken(server, request, settings.audience);
  },
  wrong_secret: async () => {
    const error = await refusal(getToken(oauth.ClientSecretBasic("wrong")));
    // The challenge is what this client reports; the body is left to the caller.
    return { error: (await error.response.json()).error, status: error.status };
  },
  foreign_scope: async () => {
    const { error, status } = await refusal(getToken(basic, { scope: settings.foreign_scope }));
    return { error, status };
  },
});
