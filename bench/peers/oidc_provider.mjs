// npm oidc-provider, set up for the work of the benchmark, with its own in-memory adapter.
// Usage: node oidc_provider.mjs PORT, with the settings as JSON in BENCH_SETTINGS.
import { generateKeyPairSync } from 'node:crypto';
import Provider from 'oidc-provider';

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

const provider = new Provider(`http://127.0.0.1:${port}`, {
  clients: [
    {
      client_id: settings.client_id,
      client_secret: settings.client_secret,
      token_endpoint_auth_method: 'client_secret_basic',
      grant_types: ['client_credentials'],
      response_types: [],
      redirect_uris: [],
      scope: settings.scopes.join(' '),
    },
  ],
  scopes: settings.scopes,
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

provider.listen(port, '127.0.0.1');
