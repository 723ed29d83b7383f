/**
 * Files that nest deeply, and very large ones: they are transformed, or fail with a position. Without the process in
 * `transform-in-process.ts`, most of them end this process.
 */
// biome-ignore-all lint/suspicious/noTemplateCurlyInString: The strings are code.
import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { Worker } from 'node:worker_threads';
import { TransformError } from '../parse/transform-error.js';
import { transform } from '../transform.js';

/** Code that nests or repeats something, and what the rest of an async function looks like. */
const shapes: Record<string, (count: number) => string> = {
  'arrays in each other': (count) => `${'['.repeat(count)}${']'.repeat(count)}`,
  'objects in each other': (count) => `(${'{a:'.repeat(count)}1${'}'.repeat(count)})`,
  'parentheses in each other': (count) => `${'('.repeat(count)}1${')'.repeat(count)}`,
  'template literals in each other': (count) => `${'`${'.repeat(count)}1${'}`'.repeat(count)}`,
  'functions in each other': (count) => `${'(function(){return '.repeat(count)}1${'})'.repeat(count)}`,
  'arrow functions in each other': (count) => `${'a=>'.repeat(count)}1`,
  'classes in each other': (count) => `(${'class{a='.repeat(count)}1${'}'.repeat(count)})`,
  'JSX elements in each other': (count) => `${'<a>'.repeat(count)}${'</a>'.repeat(count)}`,
  'chained awaits': (count) => `${'await '.repeat(count)}1`,
  'unary operators': (count) => `${'!'.repeat(count)}1`,
  'a sum': (count) => `a${'+a'.repeat(count)}`,
  'a conjunction': (count) => `a${'&&a'.repeat(count)}`,
  'a power': (count) => `a${'**a'.repeat(count)}`,
  'conditional expressions': (count) => `${'a?b:'.repeat(count)}c`,
  assignments: (count) => `${'a='.repeat(count)}1`,
  'a chain of calls': (count) => `a${'.b()'.repeat(count)}`,
  'else-if statements': (count) => `0; if(a);${'else if(a);'.repeat(count)}`,
  'if statements': (count) => `0; ${'if(a)'.repeat(count)};`,
  'blocks in each other': (count) => `0; ${'{'.repeat(count)}${'}'.repeat(count)}`,
};

const SMALL_STACK_SHAPES = ['functions in each other', 'template literals in each other', 'chained awaits'];

const asyncFunction = (body: string) => `async function f() { await 0; ${body}; g(await 1) }`;
const transformed = (code: string, filename = 'file.jsx') => transform(code, { filename })?.code ?? '';

describe('code that nests deeply', () => {
  for (const [name, shape] of Object.entries(shapes)) {
    it(`is transformed, ${name}`, () => {
      const code = asyncFunction(shape(5000));
      const result = transform(code, { filename: 'file.jsx' });
      assert.match(
        result?.code ?? '',
        /^import\{asyncCall as _asyncCall\}.*await _f\.off\(0\),_f\.on\(\);.*finally\{_f\.end\(\)\}\}$/s,
      );
      assert.deepEqual(result?.map.sourcesContent, [code]);
    });
  }

  it('is transformed in TypeScript', () => {
    const code = `let x: ${'A<'.repeat(3000)}B${' >'.repeat(3000)}; ${asyncFunction('')}`;
    assert.match(transformed(code, 'file.ts'), /_f\.off\(0\)/);
  });

  it('is transformed with the options of the call', () => {
    const code = `${'['.repeat(5000)}${']'.repeat(5000)}; await 0; g();`;
    const result = transform(code, { filename: 'file.js', sourceType: 'module', begins: 'import "a";' });
    assert.match(result?.code ?? '', /^import "a";import\{moduleEvaluation /);
  });

  it('may have nothing to transform', () => {
    assert.equal(transform(`${'['.repeat(5000)}${']'.repeat(5000)}; async`, { filename: 'file.js' }), undefined);
    assert.equal(transform(`${'['.repeat(5000)}${']'.repeat(5000)}; async (1)`, { filename: 'file.js' }), undefined);
  });

  it('is an error with a position if it does not parse', () => {
    const code = asyncFunction(`\n${'['.repeat(5000)}${']'.repeat(5000)};\nawait await`);
    assert.throws(() => transform(code, { filename: 'file.js' }), {
      name: 'TransformError',
      message: /^file\.js:3:12: /,
    });
  });

  it('is an error with a position if no stack is large enough', () => {
    const code = asyncFunction(`\n\n${'['.repeat(300_000)}${']'.repeat(300_000)}`);
    assert.throws(
      () => transform(code, { filename: 'file.js' }),
      (error: TransformError) => {
        assert.ok(error instanceof TransformError);
        assert.match(error.message, /^file\.js:3:300001: The code is nested too deeply: .* Split the expression/);
        return true;
      },
    );
  });

  it('is transformed in a worker with a small stack', async () => {
    const worker = new Worker(
      `const { parentPort, workerData } = require('node:worker_threads');
       const { transform } = require(workerData.file);
       parentPort.postMessage(workerData.codes.map((code) => transform(code, { filename: 'file.jsx' }).code.length));`,
      {
        eval: true,
        workerData: {
          file: new URL('../transform.js', import.meta.url).pathname,
          codes: SMALL_STACK_SHAPES.map((name) => asyncFunction(shapes[name]?.(1000) ?? '')),
        },
        resourceLimits: { stackSizeMb: 1 },
      },
    );
    const lengths = await new Promise<number[]>((resolve, reject) => worker.on('message', resolve).on('error', reject));
    assert.equal(lengths.length, SMALL_STACK_SHAPES.length);
  });
});

describe('large and unusual files', () => {
  it('are transformed: 20 MB', () => {
    const code = `${'function g(a) { return a + 1; /* some text */ }\n'.repeat(430_000)}${asyncFunction('')}`;
    assert.ok(code.length > 20_000_000);
    assert.ok(transformed(code).endsWith('finally{_f.end()}}'));
  });

  it('are transformed: 100,000 awaits, on lines or on one line', () => {
    for (const separator of ['\n', '']) {
      const code = asyncFunction(`await g();${separator}`.repeat(100_000));
      assert.equal(transformed(code).split('await _f.off(g()),_f.on();').length, 100_001);
    }
  });

  it('are transformed: with a sum of 10,000 terms', () => {
    assert.ok(
      transformed(asyncFunction(`const a = ${'"text" +\n'.repeat(10_000)} await b`)).includes('(_v=await _f.off(b)'),
    );
  });

  for (const [name, code] of Object.entries({
    'a byte order mark': `\uFEFF${asyncFunction('')}`,
    CRLF: `'use strict';\r\n// await\r\n${asyncFunction('\r\n')}`,
    'a hashbang': `#!/usr/bin/env node 'await\n${asyncFunction('')}`,
    'a NUL character in a string': asyncFunction('a = "\0"'),
    'a lone surrogate in a string': asyncFunction('a = "\uD800"'),
    'characters of two and four bytes': asyncFunction('a = "\u00e9\u{1f600}"; \u{20000} = /\u{1f600}/u'),
    'line separators in a string': asyncFunction('a = "\u2028\u2029"'),
  })) {
    it(`are transformed: with ${name}`, () => {
      const result = transformed(code);
      assert.match(result, /_f\.off\(0\)/);
      for (const text of code.match(/"[^"]*"/g) ?? []) assert.ok(result.includes(text));
    });
  }
});
