import assert from 'node:assert/strict';
import { test } from 'node:test';
import { parseStack } from './page-frames.js';

const short = (text: string) =>
  parseStack(text).map(
    ({ file, line, column, isAsync, name }) => `${isAsync ? 'async ' : ''}${name ?? '-'} ${file}:${line}:${column}`,
  );

test('stacks of Chromium are read', () => {
  assert.deepEqual(
    short(`Error
    at Cart.read [as load] (http://localhost:5173/cart.js?t=1:3:5)
    at async order (http://localhost:5173/order.ts:10:3)
    at http://localhost:5173/main.js:1:1
    at async http://localhost:5173/main.js:2:2
    at new Shop (http://localhost:5173/shop.js:4:4)
    at Array.map (<anonymous>)
    at eval (webpack-internal:///./src/a.js:5:6)
    at async Promise.all (index 0)`),
    [
      'Cart.read http://localhost:5173/cart.js?t=1:3:5',
      'async order http://localhost:5173/order.ts:10:3',
      '- http://localhost:5173/main.js:1:1',
      'async - http://localhost:5173/main.js:2:2',
      'Shop http://localhost:5173/shop.js:4:4',
      'Array.map undefined:0:0',
      'eval webpack-internal:///./src/a.js:5:6',
      'async Promise.all undefined:0:0',
    ],
  );
});

test('stacks of Firefox are read, where the frames before an await follow', () => {
  assert.deepEqual(
    short(`signIn@http://localhost:5173/a.js:11:9
async*signIn@http://localhost:5173/a.js:10:3
order@http://localhost:5173/a.js:15:9
@http://localhost:5173/a.js:20:1
`),
    [
      'signIn http://localhost:5173/a.js:11:9',
      'async order http://localhost:5173/a.js:15:9',
      'async - http://localhost:5173/a.js:20:1',
    ],
  );
  assert.deepEqual(short('f@http://localhost/a.js line 5 > eval:1:2\nsetTimeout handler*g@http://localhost/a.js:1:2'), [
    'f undefined:0:0',
    'async g http://localhost/a.js:1:2',
  ]);
});

test('stacks of WebKit are read', () => {
  assert.deepEqual(short('f@http://localhost/a.js:1:2\nglobal code@http://localhost/a.js:9:1\n[native code]'), [
    'f http://localhost/a.js:1:2',
    'global code http://localhost/a.js:9:1',
  ]);
});
