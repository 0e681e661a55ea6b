// A provider of identities for tests: the real protocol, with people whom a test makes up.
//
// It tells its address on the standard output. `PUT /world` takes `{ people: { login: claims }, clock_seconds }`, the last
// being how far its clock is from the right time.

import { createServer } from 'node:http';
import Provider from 'oidc-provider';

let world = { people: {}, clock_seconds: 0 };
let provider;

const rightTime = Date.now;
Date.now = () => rightTime() + world.clock_seconds * 1000;

const server = createServer(async (request, response) => {
  if (request.method !== 'PUT' || request.url !== '/world') return provider(request, response);
  const pieces = [];
  for await (const piece of request) pieces.push(piece);
  world = { clock_seconds: 0, ...JSON.parse(Buffer.concat(pieces).toString()) };
  return response.writeHead(204).end();
});

server.listen(0, '127.0.0.1', () => {
  const issuer = `http://127.0.0.1:${server.address().port}`;
  const made = new Provider(issuer, {
    clients: [{
      client_id: 'sohoa',
      client_secret: 'a secret of client and provider',
      // Those may come back to any port of this machine.
      application_type: 'native',
      redirect_uris: ['http://127.0.0.1/sign-in/oidc/callback'],
    }],
    claims: { openid: ['sub'], profile: ['name', 'preferred_username'], groups: ['groups'] },
    cookies: { keys: ['a key for tests'] },
    features: { devInteractions: { enabled: true } },
    findAccount: (_, accountId) => ({ accountId, claims: () => ({ sub: accountId, ...world.people[accountId] }) }),
    pkce: { required: () => true },
    ttl: { IdToken: 600, AccessToken: 600, Grant: 600, Interaction: 600, Session: 600 },
  });
  provider = made.callback();
  console.log(issuer);
});
