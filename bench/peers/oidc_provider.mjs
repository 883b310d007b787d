// npm oidc-provider, set up for the work of the benchmark, with its own in-memory adapter.
// That keeps the last 1,000 records. Codes are made many at a time before they are exchanged, so
// that what belongs to a user has more room.
// Usage: node oidc_provider.mjs PORT, with the settings as JSON in BENCH_SETTINGS.
import { generateKeyPairSync } from 'node:crypto';
import Provider from 'oidc-provider';
import MemoryAdapter from 'oidc-provider/lib/adapters/memory_adapter.js';
import LRU from 'oidc-provider/lib/helpers/lru.js';

const port = Number(process.argv[2]);
const settings = JSON.parse(process.env.BENCH_SETTINGS);

function jwk(type, options, alg) {
  const { privateKey } = generateKeyPairSync(type, options);
  return { ...privateKey.export({ format: 'jwk' }), alg, use: 'sig', kid: alg };
}

// One resource server for each kind of token; a request names it by `resource`.
function resourceServer(indicator) {
  const kind = indicator.slice(settings.resource_prefix.length);
  const common = {
    scope: settings.scopes.join(' '),
    audience: settings.audience,
    accessTokenTTL: 7200,
  };
  if (kind === 'reference') {
    return { ...common, accessTokenFormat: 'opaque' };
  }
  return { ...common, accessTokenFormat: 'jwt', jwt: { sign: { alg: kind.toUpperCase() } } };
}

const records = new LRU({ maxSize: 1000 });
const recordsOfUsers = new LRU({ maxSize: 200_000 });

function createAdapter(model) {
  return new MemoryAdapter(model, model === 'ClientCredentials' ? records : recordsOfUsers);
}

const provider = new Provider(`http://127.0.0.1:${port}`, {
  clients: [
    {
      client_id: settings.client_id,
      client_secret: settings.client_secret,
      token_endpoint_auth_method: 'client_secret_basic',
      grant_types: ['client_credentials', 'authorization_code', 'refresh_token'],
      response_types: ['code'],
      redirect_uris: [settings.redirect_uri],
      scope: ['openid', ...settings.scopes].join(' '),
      id_token_signed_response_alg: 'ES256',
    },
  ],
  scopes: ['openid', ...settings.scopes],
  findAccount: (ctx, sub) => ({ accountId: sub, claims: () => ({ sub }) }),
  issueRefreshToken: (ctx, client) => client.grantTypeAllowed('refresh_token'),
  rotateRefreshToken: true,
  adapter: createAdapter,
  jwks: {
    keys: [
      jwk('ec', { namedCurve: 'P-256' }, 'ES256'),
      jwk('rsa', { modulusLength: 2048 }, 'RS256'),
    ],
  },
  features: {
    devInteractions: { enabled: false },
    clientCredentials: { enabled: true },
    introspection: { enabled: true, allowedPolicy: () => true },
    resourceIndicators: {
      enabled: true,
      getResourceServerInfo: (ctx, indicator) => resourceServer(indicator),
    },
  },
});

// Codes as its own authorization endpoint makes them for somebody who is signed on.
async function makeCode(client) {
  const resource = settings.resource_prefix + 'es256';
  const grant = new provider.Grant({ accountId: 'user0', clientId: client.clientId });
  grant.addOIDCScope('openid');
  grant.addResourceScope(resource, settings.scopes.join(' '));
  const code = new provider.AuthorizationCode({
    accountId: 'user0',
    authTime: Math.floor(Date.now() / 1000),
    client,
    codeChallenge: settings.code_challenge,
    codeChallengeMethod: 'S256',
    expiresWithSession: false,
    grantId: await grant.save(),
    gty: 'authorization_code',
    redirectUri: settings.redirect_uri,
    resource,
    scope: ['openid', ...settings.scopes].join(' '),
  });
  return code.save();
}

provider.use(async (ctx, next) => {
  if (ctx.path !== '/bench/codes') {
    return next();
  }
  const client = await provider.Client.find(settings.client_id);
  const codes = [];
  for (let number = 0; number < Number(ctx.query.count); number += 1) {
    codes.push(await makeCode(client));
  }
  ctx.body = codes;
  return undefined;
});

provider.listen(port, '127.0.0.1');
