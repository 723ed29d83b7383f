/** Migrated programs in TypeScript still compile in strict mode. */
import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { mkdtempSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, test } from 'node:test';
import { fileURLToPath } from 'node:url';

const COMMAND = fileURLToPath(new URL('../../dist/migrate-command/migrate.js', import.meta.url));
const COMPILER = fileURLToPath(new URL('bin/tsc', import.meta.resolve('typescript/package.json')));

const directory = mkdtempSync(join(tmpdir(), 'throughline-'));
after(() => rmSync(directory, { recursive: true, force: true }));
symlinkSync(fileURLToPath(new URL('../../../../node_modules', import.meta.url)), join(directory, 'node_modules'));

const files = {
  'storage.mts': `import { AsyncLocalStorage, AsyncResource, executionAsyncId } from 'node:async_hooks';
import type * as hooks from 'node:async_hooks';
const storage: hooks.AsyncLocalStorage<{ user: string }> = new AsyncLocalStorage<{ user: string }>();
export const user = (): string | undefined => storage.run({ user: 'ada' }, () => storage.getStore()?.user);
export const bound: () => number = AsyncResource.bind(() => executionAsyncId());
`,
  'storage.cts': `import hooks = require('node:async_hooks');
export const storage: import('node:async_hooks').AsyncLocalStorage<string> = new hooks.AsyncLocalStorage<string>();
`,
  'fastify.mts': `import { fastifyRequestContext, requestContext } from '@fastify/request-context';
import Fastify from 'fastify';
declare module '@fastify/request-context' {
  interface RequestContextData {
    user: { name: string };
  }
}
const app = Fastify();
await app.register(fastifyRequestContext);
app.addHook('onRequest', async (request) => {
  request.requestContext.set('user', { name: String(request.headers['x-user']) });
});
app.get('/', async (): Promise<string | undefined> => requestContext.get('user')?.name);
`,
  'hono.mts': `import { Hono } from 'hono';
import { contextStorage, getContext, tryGetContext } from 'hono/context-storage';
interface Env {
  Variables: { user: string };
}
export const app = new Hono<Env>().use(contextStorage());
export const user = (): string => getContext<Env>().var.user ?? tryGetContext<Env>()?.var.user;
`,
  'namespace.mts': `import { createNamespace } from 'cls-hooked';
export const session = createNamespace('app');
session.run(() => {
  const id: number = session.set('trace-id', 1);
  session.set('user', { name: 'ada', id });
});
export const user = (): string => session.runAndReturn(() => session.get('user').name);
`,
};

test('strict TypeScript still compiles after the migration', () => {
  writeFileSync(join(directory, 'package.json'), '{ "type": "module" }');
  for (const [name, code] of Object.entries(files)) writeFileSync(join(directory, name), code);
  const options = {
    target: 'ES2022',
    module: 'NodeNext',
    strict: true,
    noUncheckedIndexedAccess: true,
    noUnusedLocals: true,
    skipLibCheck: true,
    types: ['node'],
    lib: ['ES2023', 'ESNext.Disposable'],
    noEmit: true,
  };
  writeFileSync(join(directory, 'tsconfig.json'), JSON.stringify({ compilerOptions: options, include: ['*.*ts'] }));
  const migrated = spawnSync(process.execPath, [COMMAND], { cwd: directory, encoding: 'utf8' });
  assert.equal(migrated.stderr, '');
  assert.match(migrated.stdout, /5 files: 5 changed, 1 left to do by hand/);
  const { status, stdout } = spawnSync(process.execPath, [COMPILER, '-p', '.'], { cwd: directory, encoding: 'utf8' });
  assert.deepEqual([stdout, status], ['', 0]);
});
