/**
 * The scanner on random programs, which mix what is hard to tell apart without a parse: divisions, regular expressions,
 * JSX, templates, and statements that end without a semicolon. A parse of the whole file must lead to the same facts.
 */
// biome-ignore-all lint/suspicious/noTemplateCurlyInString: The strings are code.
import assert from 'node:assert/strict';
import { it } from 'node:test';
import { analyze } from '../analysis/analyze.js';
import { findAsyncAwaitKeywords } from '../analysis/async-await-keywords.js';
import type { TextPositions } from '../analysis/text-positions.js';
import { parse } from '../parse/parse.js';
import { TransformError } from '../parse/transform-error.js';
import { type Block, scanCode } from './scan-code.js';

const PROGRAM_COUNT = 1500;
const FILLER = '"text that makes a block long enough to be left out";';
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
    ];
    return forms[this.#number(forms.length)]?.() ?? '';
  }
}

function factsOf(code: string, keywords: TextPositions, unusedBlocks: readonly Block[]) {
  const { program, module } = parse(code, 'file.js', 'jsx', undefined, undefined, unusedBlocks);
  const { functions, topLevel } = analyze(program, keywords, 'next');
  const describe = ({ constructs, hasContinuation, isGuarded }: NonNullable<typeof topLevel>) => ({
    constructs: constructs.map((construct) => [
      construct.type,
      'node' in construct ? construct.node.start : construct.argument.start,
    ]),
    hasContinuation,
    isGuarded,
  });
  return {
    hasModuleSyntax: module.hasModuleSyntax,
    functions: functions.map((facts) => ({ start: facts.body.start, ...describe({ ...facts, end: undefined }) })),
    topLevel: topLevel && describe(topLevel),
  };
}

it('the scanner leaves out nothing that the transform needs in random programs', () => {
  const random = new RandomCode(1);
  let validCount = 0;
  for (let i = 0; i < PROGRAM_COUNT; i++) {
    const code = random.program();
    let expected: ReturnType<typeof factsOf>;
    try {
      expected = factsOf(code, findAsyncAwaitKeywords(code), []);
    } catch (error) {
      if (!(error instanceof TransformError)) throw error;
      continue;
    }
    validCount++;
    const { keywords, unusedBlocks } = scanCode(code);
    assert.deepEqual(factsOf(code, keywords, unusedBlocks), expected, code);
  }
  assert.ok(validCount > PROGRAM_COUNT / 3, `${validCount} programs are valid`);
});
