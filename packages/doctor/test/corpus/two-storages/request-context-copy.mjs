// expects: two storages, missing, line 9
/** A package that writes an audit log has its own copy of @fastify/request-context, of another version. */
import { cpSync } from 'node:fs';
import { createRequire } from 'node:module';
import { dirname } from 'node:path';
import fastify from 'fastify';
import { writeFiles } from './files.mjs';

const folder = writeFiles('request-context-copy', {
  'node_modules/audit/index.js': `const { requestContext } = require('@fastify/request-context');
exports.audit = (action) => [action, requestContext.get('user')];
`,
  'app.cjs': `const { audit } = require('audit');
const { fastifyRequestContext, requestContext } = require('@fastify/request-context');
exports.start = (app) => {
  app.register(fastifyRequestContext);
  app.addHook('preHandler', async (request) => requestContext.set('user', request.query.user));
  app.get('/', async () => audit('login'));
};
`,
});
const original = dirname(createRequire(import.meta.url).resolve('@fastify/request-context'));
for (const place of ['node_modules/', 'node_modules/audit/node_modules/']) {
  cpSync(original, new URL(`${place}@fastify/request-context`, folder), { recursive: true });
}
const { start } = (await import(new URL('app.cjs', folder))).default;
const app = fastify();
start(app);
await Promise.all(['ada', 'alan'].map((user) => app.inject(`/?user=${user}`)));
await app.close();
