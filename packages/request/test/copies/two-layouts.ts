/**
 * Mounts the adapters of two copies whose layouts differ in one application, behind a middleware that is called back from
 * another request. The test runs this program in a process of its own.
 *
 * Arguments: the path of the first copy, and of the second.
 */
import assert from 'node:assert/strict';
import { createServer } from 'node:http';
import { createRequire } from 'node:module';
import express from 'express';
import { sendRequest } from '../http/client.js';
import { listen, withServer } from '../http/server.js';
import type * as Request from './all-exports.js';

type Copy = typeof Request;

const [firstPath = '', secondPath = ''] = process.argv.slice(2);
const first: Copy = await import(firstPath);
const second: Copy = createRequire(import.meta.url)(secondPath);

const waiting: (() => void)[] = [];
const app = express();
app.use(first.expressScope(), second.expressScope());
app.use((_request, _response, next) => {
  if (waiting.push(() => next()) < 2) return;
  for (const proceed of waiting.splice(0)) proceed();
});
app.use((request, response) => {
  const scopes = [first, second].map((copy) => copy.tryGetRequestScope());
  assert.notEqual(scopes[0], scopes[1]);
  response.json(scopes.map((scope) => scope?.path === request.path));
});
await withServer(listen(createServer(app)), async (server) => {
  const responses = await Promise.all(['/ada', '/bob'].map((path) => sendRequest(server, { path })));
  for (const { body } of responses) assert.equal(body, '[true,true]');
});
console.log('done');
