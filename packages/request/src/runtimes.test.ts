/** The battery on Bun, Deno and workerd, each a process of its own. */
import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { ask } from './battery/client.js';
import type { LossName } from './battery/losses.js';
import { withServer } from './battery/server.js';
import { testLosses } from './battery/test-losses.js';
import type { AppName } from './runtimes/apps.js';
import { isInstalled, launch, type RuntimeName } from './runtimes/launch.js';

const everywhere: LossName[] = [
  'a handler',
  'Promise.race with a timeout',
  'the path as sent',
  'a JSON body in several chunks',
  'a form in several chunks',
  'a multipart upload',
  'an error that is thrown',
  'an error after an await',
  'no such route',
  'a streamed answer that the client reads slowly',
  'server-sent events',
  'a client that goes away while it sends',
  'a client that goes away while it reads',
  'many requests over one keep-alive socket',
  'pipelined requests',
  'the deadline',
  'a request without an id',
  'an id that is not safe',
  'an id that is not trusted',
];

/** What a runtime does by itself, with or without a scope, and cannot be held against it here. */
const beyond: Record<RuntimeName, LossName[]> = {
  // It answers no pipelined request whose handler waits.
  bun: ['pipelined requests'],
  // In both, the signal of a request whose body breaks off does not abort: the reading fails alone.
  deno: ['a client that goes away while it sends'],
  workerd: ['a client that goes away while it sends'],
};

const titles: Record<RuntimeName, string> = { bun: 'Bun', deno: 'Deno', workerd: 'workerd' };
const apps: Record<AppName, string> = { hono: 'Hono', h3: 'h3', web: 'A web handler' };

for (const runtime of ['bun', 'deno', 'workerd'] as const) {
  if (!isInstalled(runtime)) {
    it.skip(`${titles[runtime]} is not installed: npm run test:all installs it`);
    continue;
  }
  for (const app of ['hono', 'h3', 'web'] as const) {
    const title = `${apps[app]} on ${titles[runtime]}`;
    const names = everywhere.filter((name) => !beyond[runtime].includes(name));
    testLosses(title, (options) => launch(runtime, app, options), names);
    describe(title, () => {
      it('has the engine of servers', () =>
        withServer(launch(runtime, app, {}), async (server) => {
          assert.equal((await ask(server, { path: '/engine' })).body, 'native');
        }));
    });
  }
}
