/**
 * Loads two copies of this package, in the order of the arguments, and uses both for the same requests: one as an
 * application does, the other as a library does. The test runs this program in a process of its own, because the copy
 * that is loaded first decides what all copies share.
 *
 * Arguments: the role of the first copy, its path, the path of the second copy.
 */
import assert from 'node:assert/strict';
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import { createRequire } from 'node:module';
import { setTimeout } from 'node:timers/promises';
import { pathToFileURL } from 'node:url';
import express from 'express';
import { cookieOf, sendRequest } from '../http/client.js';
import { listen, withServer } from '../http/server.js';
import type * as Request from './all-exports.js';

type Copy = typeof Request;

const load = async (path: string): Promise<Copy> =>
  path.endsWith('.cjs') ? createRequire(import.meta.url)(path) : import(pathToFileURL(path).href);

const [firstRole, firstPath = '', secondPath = ''] = process.argv.slice(2);
const first = await load(firstPath);
const second = await load(secondPath);
const [application, library] = firstRole === 'application' ? [first, second] : [second, first];
assert.notEqual(application.getRequestScope, library.getRequestScope, 'these are two copies');

const options = {
  trustRequestId: true,
  session: application.sessions({ secret: 'a secret of thirty-two characters', log: { warn() {}, error() {} } }),
};

/** Checks in a request that both copies read the same, across a suspension. */
async function readBoth(user: string): Promise<string> {
  const scope = application.getRequestScope();
  assert.equal(library.getRequestScope(), scope);
  library.session().set('user', user);
  Object.assign(library.getRequestScope(), { user });
  await setTimeout(Math.random() * 5);
  assert.equal(library.tryGetRequestScope(), scope);
  assert.equal(application.session().get('user'), user);
  assert.equal(library.session().id, application.session().id);
  assert.deepEqual(library.logFields(), { ...application.logFields(), user });
  return `${scope.id} ${application.session().get('user')}`;
}

const concurrently = (use: (user: string) => Promise<void>) =>
  Promise.all(Array.from({ length: 20 }, (_, index) => use(`user-${index}`)));

// The adapter of the library is mounted inside that of the application, and does not open a second scope.
const listener = async (request: IncomingMessage, response: ServerResponse) =>
  void response.end(await readBoth(String(request.headers.user)));
const app = express();
app.use(application.expressScope(options), library.expressScope());
app.get('/', (request, response) => void listener(request, response));
for (const server of [createServer(application.httpScope(library.httpScope(listener), options)), createServer(app)]) {
  await withServer(listen(server), (running) =>
    concurrently(async (user) => {
      const response = await sendRequest(running, { path: '/', headers: { user, 'x-request-id': `id-${user}` } });
      assert.deepEqual([response.status, response.body], [200, `id-${user} ${user}`]);
      assert.equal(response.headers['x-request-id'], `id-${user}`);
      assert.notEqual(cookieOf(response), 'undefined');
    }),
  );
}

const handler = async (request: globalThis.Request) =>
  new Response(await readBoth(String(request.headers.get('user'))));
const fetch = application.webScope(library.webScope(handler), options);
await concurrently(async (user) => {
  const headers = { user, 'x-request-id': `id-${user}` };
  const response = await fetch(new globalThis.Request('http://localhost/', { headers }));
  assert.equal(await response.text(), `id-${user} ${user}`);
});

for (const [outer, inner] of [
  [application, library],
  [library, application],
] as const) {
  outer.withRequestScope({ id: 'job' }, () => assert.equal(inner.getRequestScope().id, 'job'));
  assert.equal(inner.tryGetRequestScope(), undefined);
  assert.throws(
    () => outer.getRequestScope(),
    (error) => error instanceof inner.RequestError,
  );
}
class OwnError extends application.RequestError {}
assert.ok(!(new library.RequestError('ERR_NO_SESSION', 'message') instanceof OwnError));
assert.ok(new OwnError('ERR_NO_SESSION', 'message') instanceof library.RequestError);
assert.ok(!(new Error('message') instanceof application.RequestError));
console.log('done');
