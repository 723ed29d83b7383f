/**
 * A parse of what the scanner leaves must lead to the same facts as a parse of the whole file: of code as it is published,
 * with and without minification, and of random programs. These mix what is hard to tell apart without a parse: divisions,
 * regular expressions, JSX, templates, statements that end without a semicolon, and braces of many kinds.
 */
// biome-ignore-all lint/suspicious/noTemplateCurlyInString: The strings are code.
import assert from 'node:assert/strict';
import { readdirSync, readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { join, sep } from 'node:path';
import { it } from 'node:test';
import { type Node, parseSync } from 'oxc-parser';
import { analyze } from '../analysis/analyze.js';
import { findAsyncAwaitKeywords } from '../analysis/async-await-keywords.js';
import type { BodyFacts, Construct } from '../analysis/facts.js';
import { forEachChild } from '../analysis/syntax-tree.js';
import type { TextPositions } from '../analysis/text-positions.js';
import { parse } from '../parse/parse.js';
import { TransformError } from '../parse/transform-error.js';
import { type Block, scanCode } from './scan-code.js';

const PACKAGES = ['diff', 'express', 'fastify', 'hono', 'rollup', 'terser', 'webpack'];
/** The largest files take seconds to parse as a whole. */
const MAXIMUM_SIZE = 300_000;

const PROGRAM_COUNT = 2500;
const FILLER = '"text that makes a block long enough to be left out";';
const LIST = 'a, b, "text that is long enough"';
const GAPS = [' ', '\n', '/* c */', '// c\n', '/* c\n */'];
const SLASHES = ['/a/', '/"/', '/`/', '/[/]/', '/{/', '/[}"]/u', "/'/g", '/\\//', '/await x/'];
const ATOMS = ['a', '1.', '.5', '"s"', '`t`', 'this', 'a?.b', 'a.async', 'of', 'async', '\\u0061b', ...SLASHES];

/** Generates programs. Some of them are not valid. */
class RandomCode {
  #seed: number;

  constructor(seed: number) {
    this.#seed = seed;
  }

  #number(limit: number): number {
    this.#seed = (Math.imul(this.#seed, 1_103_515_245) + 12_345) & 0x7fff_ffff;
    return (this.#seed >> 8) % limit;
  }

  #pick(texts: readonly string[]): string {
    return texts[this.#number(texts.length)] ?? '';
  }

  program(): string {
    return Array.from({ length: 1 + this.#number(4) }, () => this.#statement(1 + this.#number(4))).join(
      this.#pick(GAPS),
    );
  }

  #expression(depth: number): string {
    if (depth <= 0) return this.#pick(ATOMS);
    const inner = () => this.#expression(depth - 1);
    const body = () => this.#statement(depth - 1);
    const forms = [
      () => `${inner()} / ${inner()}`,
      () => `(${inner()})${this.#pick(GAPS)}${this.#pick(['/', '<', '??', 'in'])} ${inner()}`,
      () => `[${inner()}, ${inner()}] / 2`,
      () => `({ a: ${inner()}, async b() { ${body()} ${FILLER} } }) / 2`,
      () => `function () { ${body()} ${FILLER} }`,
      () => `async () => ${this.#asyncBody(depth - 1)}`,
      () => `async x => ${inner()} && { then() { ${FILLER} } }`,
      () => `(async (x = ${inner()}) => { await ${inner()}; ${body()} })`,
      () => `a => { ${body()} }`,
      () => `b${this.#pick(GAPS)}(${LIST}, ${inner()})`,
      () => `new B(${LIST}, ${inner()})${this.#pick(['', '\n'])}(${inner()}, ${LIST})`,
      () => `(${LIST}, ${inner()})`,
      () => `a ? ${inner()} : { then() { ${FILLER} ${body()} } }`,
      () =>
        `({ then: ${inner()}, ${this.#pick(['get', 'set', 'if', 'switch', 'catch', 'async', 'return'])}(a) { ${body()} } })`,
      () => `async(${LIST}, ${inner()})`,
      () => `yield ${inner()}`,
      () => `function* () { ${body()} yield ${inner()}; ${FILLER} }`,
      () => `\`a\${${inner()}}\${\`\${${inner()}}\`}\``,
      () => `class { async${this.#pick(GAPS)}m() { ${FILLER} } x = ${inner()}\n static { ${body()} } }`,
      () => `a++ / ${inner()}`,
      () => `a.if(${inner()}) / a.return / ${inner()}`,
      () => `a\n/ ${inner()}`,
      () => `<p>${this.#pick(["it's", 'a "b', '{1}', '/* x', '`'])}</p>`,
      () => `await${this.#pick(GAPS)}${inner()}`,
    ];
    return forms[this.#number(forms.length)]?.() ?? '';
  }

  #asyncBody(depth: number): string {
    return this.#pick([
      `await ${this.#expression(depth)}`,
      `{ await a; ${this.#statement(depth)} ${FILLER} }`,
      `a ? function () { ${FILLER} } : { then() { ${FILLER} } }`,
      `a ? b => { ${FILLER} } : { then() { ${FILLER} } }`,
      `// c\n{ return { then(r) { ${FILLER} } } }`,
    ]);
  }

  #statement(depth: number): string {
    if (depth <= 0) return this.#pick([FILLER, `${this.#pick(ATOMS)};`]);
    const inner = () => this.#statement(depth - 1);
    const value = () => this.#expression(depth - 1);
    const slash = () => this.#pick(SLASHES);
    const forms = [
      () => `if (${value()}) ${inner()} else { ${inner()} ${FILLER} }`,
      () => `if (a) ${slash()}.test(b);`,
      () => `for (const a of ${value()}) { ${inner()} ${FILLER} }`,
      () => `for await (const a of ${value()}) { ${inner()} ${FILLER} }`,
      () => `{ ${FILLER} }\n${slash()};`,
      () => `try { ${inner()} } catch ({ a, b = ${value()} }) { ${FILLER} } finally { ${FILLER} }`,
      () => `switch (a) { case ${value()}: ${inner()} default: ${inner()} }`,
      () => `var b${this.#pick(GAPS)}= ${value()}\n`,
      () => `var b\n${slash()};`,
      () => `l: for (;;) { break l\n${slash()}; }`,
      () => `do ${inner()} while (a) ${slash()};`,
      () => `a\n++\n${slash()}.b;`,
      () => `function g(a = ${value()}) { return${this.#pick(GAPS)}${value()}; ${FILLER} }`,
      () => `async function h() { await ${value()}; ${inner()} ${FILLER} }`,
      () => `{ using u = ${value()}; ${FILLER} await a; }`,
      () => `function m() { ${FILLER} import${this.#pick(GAPS)}.meta; }`,
      () => `async () => ${this.#asyncBody(depth - 1)};`,
      () => `${value()};`,
      () => `if (${value()}, ${LIST}) { return ${value()}; ${FILLER} } else { ${FILLER} ${inner()} }`,
      () => `while (${LIST}) ${inner()}`,
      () => `switch (${LIST}) { case ${value()}: { ${FILLER} return ${value()}; } }`,
      () => `try { ${FILLER} ${inner()} } catch (e) { ${FILLER} ${inner()} }`,
      () =>
        `function g(${LIST.replace(/, "[^"]*"/, '')}, lastParameter)${this.#pick(GAPS)}{ ${inner()} return ${value()}; ${FILLER} }`,
      () => `b(${LIST})${this.#pick(GAPS)}{ ${inner()} ${FILLER} }`,
      () =>
        `async function h() { ${inner()} function g() {} var { g, someOtherName } = ${value()}, [b] = c; await a; ${FILLER} }`,
      () => `async function h() { ${inner()} ${FILLER} ${inner()} await ${value()}; { ${FILLER} } }`,
      () => `async function* h() { b(yield ${value()}, ${LIST}); ${inner()} return ${value()}; }`,
      () => `async function h() { for (var g of ${value()}) { await a; } function g() {} return ${value()}; }`,
      () => `class A extends b(${LIST}) { static { ${inner()} } m() { ${inner()} return ${value()}; } }`,
      () => `return ${value()};`,
      () => `async function h() { ${inner()} return (${LIST}); }`,
      () => `async function h() { await a; b(${LIST})${this.#pick(GAPS)}{ return ${value()}; ${FILLER} } }`,
      () => `async function h() { try { await a; } catch ({ someName, someOtherName }) { ${inner()} } }`,
      () => `l: { ${FILLER} ${inner()} break l; }`,
    ];
    return forms[this.#number(forms.length)]?.() ?? '';
  }
}

/** What the code that is emitted depends on. */
function factsOf(code: string, filename: string, keywords: TextPositions, unusedBlocks: readonly Block[]) {
  const { program, module } = parse(code, filename, 'jsx', undefined, undefined, unusedBlocks);
  const { functions, topLevel } = analyze(program, keywords, 'next');
  return {
    hasModuleSyntax: module.hasModuleSyntax,
    functions: functions.map((facts) => ({
      ...describeBody(facts),
      depth: facts.depth,
      start: facts.body.start,
      end: facts.body.end,
      conflicts: facts.hoistingConflicts && {
        functions: facts.hoistingConflicts.replacedFunctions.map(({ start }) => start),
        variables: facts.hoistingConflicts.declarations.map(({ node, isLoopHead }) => [node.start, isLoopHead]),
        otherNames: facts.hoistingConflicts.otherNames,
      },
    })),
    topLevel: topLevel && { ...describeBody(topLevel), end: topLevel.end },
  };
}

function describeBody({ constructs, hasContinuation, isGuarded, hasResultVariable }: BodyFacts) {
  return { constructs: constructs.map(describeConstruct), hasContinuation, isGuarded, hasResultVariable };
}

function describeConstruct(construct: Construct) {
  const node = 'node' in construct ? construct.node : construct.argument;
  const { type: nodeType, start, end } = node;
  const parameter = node.type === 'TryStatement' ? node.handler?.param?.type : undefined;
  const left = node.type === 'ForOfStatement' ? node.left.type : undefined;
  return { ...construct, node: 0, argument: 0, declaration: 0, nodeType, start, end, parameter, left };
}

/** @returns whether the whole file can be parsed */
function hasSameFacts(code: string, filename: string): boolean {
  let expected: ReturnType<typeof factsOf>;
  try {
    expected = factsOf(code, filename, findAsyncAwaitKeywords(code), []);
  } catch (error) {
    if (!(error instanceof TransformError)) throw error;
    return false;
  }
  const { keywords, unusedBlocks } = scanCode(code);
  assert.deepEqual(factsOf(code, filename, keywords, unusedBlocks), expected, filename || code);
  return true;
}

it('the scanner leaves out nothing that the transform needs in random programs', () => {
  const random = new RandomCode(1);
  let validCount = 0;
  for (let i = 0; i < PROGRAM_COUNT; i++) {
    if (hasSameFacts(random.program(), '')) validCount++;
  }
  assert.ok(validCount > PROGRAM_COUNT / 3, `${validCount} programs are valid`);
});

const require = createRequire(import.meta.url);

function folderOf(name: string): string {
  const entry = require.resolve(name);
  const folder = join('node_modules', name) + sep;
  return entry.slice(0, entry.lastIndexOf(folder) + folder.length);
}

for (const name of PACKAGES) {
  it(`the scanner leaves out nothing that the transform needs in ${name}, and knows how deep its code is`, () => {
    const folder = folderOf(name);
    let fileCount = 0;
    for (const file of readdirSync(folder, { recursive: true, encoding: 'utf8' })) {
      if (!/\.[cm]?js$/.test(file) || file.includes('node_modules')) continue;
      const code = readFileSync(join(folder, file), 'utf8');
      if (code.length > MAXIMUM_SIZE || !/async|await/.test(code) || !hasSameFacts(code, file)) continue;
      fileCount++;
      const { maximumDepth } = scanCode(code);
      const visit = (node: Node, depth: number): void => {
        assert.ok(depth <= maximumDepth, `${file}: ${node.start} is ${depth} levels deep, not ${maximumDepth}`);
        forEachChild(node, (child) => visit(child, depth + 1));
      };
      const { program } = parseSync(file, code, { lang: 'jsx', sourceType: 'unambiguous' });
      for (const statement of program.body) visit(statement, 1);
    }
    assert.ok(fileCount > 0);
  });
}
