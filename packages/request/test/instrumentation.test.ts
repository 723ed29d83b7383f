/**
 * The instrumentations of OpenTelemetry, which wrap each middleware, and replace the methods with which a middleware is
 * added. Each request reads its own scope, whichever of the two has changed the framework first.
 */
import assert from 'node:assert/strict';
import { execFile } from 'node:child_process';
import { test } from 'node:test';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';

const program = fileURLToPath(new URL('instrumentation/traced-app.js', import.meta.url));

/** The span of a middleware, which shows that the instrumentation has seen it. */
const spanNames: Readonly<Record<string, string>> = {
  express: 'middleware - wait',
  fastify: 'preHandler - wait',
  koa: 'middleware - wait',
};

for (const [framework, spanName] of Object.entries(spanNames)) {
  for (const first of ['adapter', 'instrumentation']) {
    for (const count of [2, 200]) {
      test(`${framework} holds ${count} requests if the ${first} comes first`, async () => {
        const { stdout } = await promisify(execFile)(process.execPath, [program, framework, first, `${count}`]);
        const { wrongPaths, spans } = JSON.parse(stdout);
        assert.deepEqual(wrongPaths, []);
        assert.ok(spans.includes(spanName), stdout);
      });
    }
  }
}
