/** The client, and the server that it calls, in one page: the server is a function that handles requests. */
import { AsyncLocalStorage } from 'node:async_hooks';
import { getCurrentAuthContext } from '@better-auth/core/context';
import { betterAuth } from 'better-auth';
import { memoryAdapter } from 'better-auth/adapters/memory';
import { createAuthClient } from 'better-auth/client';
import { pause, runFlows } from './checks.js';

const storage = new AsyncLocalStorage();
const readings = new Map();

/** Reads the request that the server handles, in a hook of the database. */
async function readRequest(email) {
  await pause();
  const { body } = await getCurrentAuthContext();
  readings.set(email, [body.email, storage.getStore()]);
}

const auth = betterAuth({
  baseURL: 'http://localhost',
  secret: 'a secret of thirty-two characters',
  database: memoryAdapter({ user: [], session: [], account: [], verification: [] }),
  emailAndPassword: {
    enabled: true,
    // The hash of a test: it only has to be fast.
    password: {
      hash: async (password) => `hash ${password}`,
      verify: async ({ hash, password }) => hash === `hash ${password}`,
    },
  },
  rateLimit: { enabled: false },
  telemetry: { enabled: false },
  databaseHooks: { user: { create: { before: ({ email }) => readRequest(email) } } },
});

runFlows((flow, check) =>
  storage.run(flow, async () => {
    const email = `${flow.replace(' ', '-')}@example.org`;
    const client = createAuthClient({
      baseURL: 'http://localhost/api/auth',
      fetchOptions: {
        async customFetchImpl(url, init) {
          await pause();
          check('fetch of the client', storage.getStore(), flow);
          return auth.handler(new Request(url, { ...init, credentials: undefined, signal: undefined }));
        },
        onSuccess: () => check('onSuccess()', storage.getStore(), flow),
      },
    });
    const { data, error } = await client.signUp.email({ email, name: flow, password: 'a password' });
    check('error', error, null);
    check('user', data?.user.name, flow);
    const [request, value] = readings.get(email) ?? [];
    check('request in a hook', request, email);
    check('storage in a hook', value, flow);
    const signedIn = await client.signIn.email({ email, password: 'a password' });
    check('user who has signed in', signedIn.data?.user.name, flow);
    check('storage after the client', storage.getStore(), flow);
  }),
);
