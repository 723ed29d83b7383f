import assert from 'node:assert/strict';
import { test } from 'node:test';
import { TraceMap } from '@jridgewell/trace-mapping';
import { tracePosition } from './script-sources.js';

test('an await is traced whose operand is mapped, and the keyword is not, as by Turbopack', () => {
  const code = 'async function f() {\n  await g();\n}';
  // The only segment of the second line is that of the operand.
  const mappings = [[[0, 0, 0, 0]], [[10, 0, 1, 8]], []] as [number, number, number, number][][];
  const map = new TraceMap({ version: 3, sources: ['/a.ts'], sourcesContent: [code], names: [], mappings });
  const trace = (line: number, column: number) => tracePosition({ text: '', map }, line, column);
  assert.deepEqual(trace(2, 5), { file: '/a.ts', line: 2, column: 9, code: '  await g();' });
  assert.deepEqual(trace(2, 12), { file: '/a.ts', line: 2, column: 9, code: '  await g();' });
  assert.equal(trace(3, 1), undefined);
});
