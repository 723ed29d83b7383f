/**
 * The scanner on code as it is published, with and without minification. A parse of the whole file tells whether it has
 * found every keyword, and whether the transform needs anything of a block that it leaves out.
 */
import assert from 'node:assert/strict';
import { readdirSync, readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { join, sep } from 'node:path';
import { it } from 'node:test';
import { type Node, parseSync } from 'oxc-parser';
import { forEachChild } from '../analysis/syntax-tree.js';
import { scanCode } from './scan-code.js';

const PACKAGES = ['diff', 'express', 'fastify', 'hono', 'rollup', 'terser', 'webpack'];
/** The largest files take seconds to parse as a whole. */
const MAXIMUM_SIZE = 300_000;

const require = createRequire(import.meta.url);

function folderOf(name: string): string {
  const entry = require.resolve(name);
  const folder = join('node_modules', name) + sep;
  return entry.slice(0, entry.lastIndexOf(folder) + folder.length);
}

function isSuspension(node: Node): boolean {
  switch (node.type) {
    case 'AwaitExpression':
      return true;
    case 'ForOfStatement':
      return node.await;
    case 'VariableDeclaration':
      return node.kind === 'await using';
    case 'MetaProperty':
      return node.meta.name === 'import';
    default:
      return 'async' in node && node.async === true;
  }
}

for (const name of PACKAGES) {
  it(`leaves out nothing that the transform needs in ${name}`, () => {
    const folder = folderOf(name);
    let fileCount = 0;
    for (const file of readdirSync(folder, { recursive: true, encoding: 'utf8' })) {
      if (!/\.[cm]?js$/.test(file) || file.includes('node_modules')) continue;
      const code = readFileSync(join(folder, file), 'utf8');
      if (code.length > MAXIMUM_SIZE || !/async|await/.test(code)) continue;
      const { program, errors } = parseSync(file, code, { lang: 'jsx', sourceType: 'unambiguous' });
      if (errors.length > 0) continue;
      fileCount++;
      const { keywords, unusedBlocks, maximumDepth } = scanCode(code);
      const visit = (node: Node, depth: number): void => {
        assert.ok(depth <= maximumDepth, `${file}: ${node.start} is ${depth} levels deep, not ${maximumDepth}`);
        if (isSuspension(node)) {
          const block = unusedBlocks.find(
            ({ start, end }) => start < node.end && end > node.start && code[start - 1] === '{',
          );
          const isPart = block === undefined || (block.start > node.start && block.end < node.end);
          assert.ok(
            isPart && (node.type !== 'AwaitExpression' || keywords.hasBetween(node.start, node.start + 1)),
            `${file}: ${node.type} at ${node.start}`,
          );
          if ('body' in node && 'async' in node) {
            const { body } = node as { body: Node | null };
            const isBlockInside = unusedBlocks.some(
              ({ start, end }) =>
                body !== null &&
                body.type === 'BlockStatement' &&
                start > body.start &&
                end < body.end &&
                code[start - 1] === '{' &&
                code[end] === '}',
            );
            assert.ok(!isBlockInside, `${file}: the async function at ${node.start} is not complete`);
          }
        }
        forEachChild(node, (child) => visit(child, depth + 1));
      };
      for (const statement of program.body) visit(statement, 1);
    }
    assert.ok(fileCount > 0);
  });
}
