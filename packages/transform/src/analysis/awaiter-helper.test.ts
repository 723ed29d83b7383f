/** The tests of lowered code in conformance/ run the helper; these tests check where it is edited. */
import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { transform } from '../transform.js';

/** The function, as TypeScript 5 writes it. */
const HELPER = `function (thisArg, _arguments, P, generator) {
    function adopt(value) { return value instanceof P ? value : new P(function (resolve) { resolve(value); }); }
    return new (P || (P = Promise))(function (resolve, reject) {
        function fulfilled(value) { try { step(generator.next(value)); } catch (e) { reject(e); } }
        function rejected(value) { try { step(generator["throw"](value)); } catch (e) { reject(e); } }
        function step(result) { result.done ? resolve(result.value) : adopt(result.value).then(fulfilled, rejected); }
        step((generator = generator.apply(thisArg, _arguments || [])).next());
    });
};`;

const EDITED = HELPER.replaceAll(/resolve\((value|result\.value)\)/g, 'resolve(_wrapReturn($1))');

/** The code of a page that calls the helper, and a function of the same name as the parameter of the helper. */
const USES = `
function load(thenable) { return __awaiter(this, void 0, void 0, function* () { return yield thenable; }); }
const resolve = (value) => value;
resolve(1);
`;

const CONDITION = 'var __awaiter = (this && this.__awaiter) || ';
const IMPORT = `import{wrapReturn as _wrapReturn}from'throughline/await';`;

describe('the helper __awaiter of TypeScript', () => {
  for (const [title, before, after] of [
    ['in an ES module', '', 'export { load };'],
    [
      'after another block',
      'const text = { of: "a block that is longer than thirty-two characters" };\n',
      'export {};',
    ],
    ['in a block with a suspension', 'export async function f() { await 1; }\n', ''],
  ] as const) {
    it(`resolves with what keeps the frame ${title}`, () => {
      const code = transform(before + CONDITION + HELPER + USES + after, { filename: 'load.js' })?.code ?? '';
      assert.ok(code.includes(CONDITION + EDITED + USES + after), code);
      assert.ok(code.startsWith('import{') && code.includes('wrapReturn as _wrapReturn'), code);
    });
  }

  it('resolves with what keeps the frame in CommonJS', () => {
    const code = transform(`"use strict";\n${CONDITION}${HELPER}exports.load = load;`, { filename: 'load.js' })?.code;
    const opening = `"use strict";const{wrapReturn:_wrapReturn}=require('throughline/await');\n`;
    assert.equal(code, `${opening}${CONDITION}${EDITED}exports.load = load;`);
  });

  it('resolves with what keeps the frame after comments', () => {
    const comment = '/* the helper that TypeScript adds to lowered code */';
    for (const condition of [`${CONDITION}${comment}`, `${comment}${CONDITION}`]) {
      const code = transform(`${condition}${HELPER}${USES}export { load };`, { filename: 'load.js' })?.code ?? '';
      assert.ok(code.includes(condition + EDITED), code);
    }
    const code = transform(CONDITION + HELPER.replace(') {', `) ${comment} {`), { filename: 'load.js' })?.code ?? '';
    assert.match(code, /resolve\(_wrapReturn\(result\.value\)\)/);
  });

  it('resolves with what keeps the frame in the modules of tslib', () => {
    const declaration = HELPER.replace('function ', 'export function __awaiter').slice(0, -1);
    const code = transform(declaration, { filename: 'tslib.es6.mjs' })?.code;
    const edited = EDITED.replace('function ', 'export function __awaiter').slice(0, -1);
    assert.equal(code, IMPORT + edited);
    const assignment = `var __awaiter;\n(function (root) { __awaiter = ${HELPER} })(exports);`;
    assert.match(
      transform(assignment, { filename: 'tslib.js' })?.code ?? '',
      /resolve\(_wrapReturn\(result\.value\)\)/,
    );
  });

  it('is left alone in a string, in a file that imports it, and in a classic script', () => {
    for (const [code, sourceType] of [
      [`export const helper = ${JSON.stringify(CONDITION + HELPER)};`],
      [`import { __awaiter } from 'tslib';${USES}`],
      [CONDITION + HELPER + USES, 'script'],
    ] as const) {
      assert.equal(transform(code, { filename: 'load.js', ...(sourceType && { sourceType }) }), undefined);
    }
  });
});
