// A real OpenID Connect provider on loopback, for the journey of single sign-on: any name and password sign in there.
import { Provider } from 'oidc-provider';

/** Starts it; gives its issuer and a way to stop it. */
export async function provider(port, redirect) {
  const issuer = `http://127.0.0.1:${port}`;
  const oidc = new Provider(issuer, {
    clients: [{ client_id: 'zhijian', client_secret: 'a-secret-of-the-journey-only', redirect_uris: [redirect], grant_types: ['authorization_code'], response_types: ['code'] }],
    pkce: { required: () => true },
    features: { devInteractions: { enabled: true } },
    cookies: { keys: ['journey'] },
    findAccount: (_, id) => ({ accountId: id, claims: async () => ({ sub: id }) }),
  });
  oidc.on('server_error', (_, error) => console.error('provider:', error));
  const server = await new Promise((resolve) => { const s = oidc.listen(port, '127.0.0.1', () => resolve(s)); });
  return { issuer, stop: () => new Promise((resolve) => { server.closeAllConnections(); server.close(resolve); }) };
}
