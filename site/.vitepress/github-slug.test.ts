import assert from 'node:assert/strict';
import { test } from 'node:test';
import { githubSlug } from './github-slug.js';

test('a heading has the id that it has on GitHub', () => {
  const ids = {
    'Rule 1: Promises, and await': 'rule-1-promises-and-await',
    'node:http and http2': 'nodehttp-and-http2',
    'The price — on Node 20': 'the-price--on-node-20',
    'AsyncContext.Variable': 'asynccontextvariable',
    'Größe, 大きさ': 'größe-大きさ',
  };
  assert.deepEqual(Object.fromEntries(Object.keys(ids).map((heading) => [heading, githubSlug(heading)])), ids);
});
