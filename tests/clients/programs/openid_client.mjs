// openid-client: a whole client, configured by discovery.
// Cannot: jwt_access_token
import * as openid from "openid-client";
import { privateKey, refusal, report, settings } from "../reporting.mjs";

const discover = (authentication, clientId = settings.client_id, options = undefined) =>
  openid.discovery(new URL(settings.issuer), clientId, undefined, authentication, options);
const basic = openid.ClientSecretBasic(settings.client_secret);
const client = await discover(basic);

const getToken = (configuration, scope = settings.scope) =>
  openid.clientCredentialsGrant(configuration, { scope });

await report({
  discovery: () => client.serverMetadata(),
  oauth_discovery: async () =>
    (await discover(basic, settings.client_id, { algorithm: "oauth2" })).serverMetadata(),
  secret_in_header: () => getToken(client),
  secret_in_body: async () =>
    getToken(await discover(openid.ClientSecretPost(settings.client_secret))),
  client_secret_jwt: async () =>
    getToken(await discover(openid.ClientSecretJwt(settings.client_secret))),
  private_key_jwt: async () =>
    getToken(await discover(openid.PrivateKeyJwt(await privateKey()), settings.key_client_id)),
  introspection: async () =>
    openid.tokenIntrospection(client, (await getToken(client)).access_token),
  revocation: async () => {
    const { access_token } = await getToken(client);
    await openid.tokenRevocation(client, access_token);
    return openid.tokenIntrospection(client, access_token);
  },
  wrong_secret: async () => {
    const error = await refusal(getToken(await discover(openid.ClientSecretBasic("wrong"))));
    // The challenge is what this client reports; the body is left to the caller.
    return { error: (await error.response.json()).error, status: error.status };
  },
  foreign_scope: async () => {
    const { error, status } = await refusal(getToken(client, settings.foreign_scope));
    return { error, status };
  },
});
