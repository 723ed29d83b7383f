/** The parser. */
// biome-ignore syntax/correctness/noTypeOnlyImportAttributes: TypeScript requires it in the declarations of CommonJS
import type { OxcError, ParseResult, Program } from 'oxc-parser' with { 'resolution-mode': 'import' };
import { parseSync } from 'oxc-parser';
import { DEPTH_LIMIT, nestedTooDeeply } from '../nesting/depth-limit.js';
import { blankBlocks } from '../scan/blank-blocks.js';
import { type Block, type ScannedCode, scanCode } from '../scan/scan-code.js';
import { TransformError } from './transform-error.js';

/** The language of a file, which decides whether it can contain JSX and types. */
export type Language = (typeof LANGUAGES)[number];
export const LANGUAGES = ['js', 'jsx', 'ts', 'tsx'] as const;

/** The kind of source text of a file: an ES module, a CommonJS module or a classic script. */
export type SourceType = (typeof SOURCE_TYPES)[number];
export const SOURCE_TYPES = ['module', 'commonjs', 'script'] as const;

export interface ParsedFile {
  readonly program: Program;
  readonly module: ParseResult['module'];
  readonly comments: ParseResult['comments'];
}

/**
 * @param lang derived from the extension of `filename` if undefined
 * @param sourceType derived from the code if undefined
 * @param unusedBlocks blocks of the code that the parser does not see
 * @throws {TransformError} if the file does not parse, or is nested too deeply for the stack of this thread
 */
export function parse(
  code: string,
  filename: string,
  lang: Language | undefined,
  sourceType: SourceType | undefined,
  scanned: ScannedCode = scanCode(code, lang),
  unusedBlocks: readonly Block[] = [],
): ParsedFile {
  if (scanned.maximumDepth > DEPTH_LIMIT) throw nestedTooDeeply(code, filename, scanned);
  const text = blankBlocks(code, unusedBlocks);
  const parseAs = (type: SourceType | 'unambiguous') =>
    parseSync(filename, text, { ...(lang !== undefined && { lang }), sourceType: type });
  const result = parseAs(sourceType ?? 'unambiguous');
  const error = result.errors.find(({ severity }) => severity === 'Error');
  if (error !== undefined && sourceType === undefined && !result.module.hasModuleSyntax) {
    // Only CommonJS has `return` at its top level.
    const commonjs = parseAs('commonjs');
    if (commonjs.errors.every(({ severity }) => severity !== 'Error')) return commonjs;
  }
  if (error !== undefined) throw new TransformError(reasonOf(error), filename, code, error.labels[0]?.start ?? 0);
  return result;
}

/**
 * The parser lists all errors, in a time that is quadratic in their number: a second for this many characters if each line
 * has one. A larger file has module syntax, or is data.
 */
const MAXIMUM_CHECKED_LENGTH = 1_000_000;

/**
 * Whether code without module syntax can only be CommonJS: it has what an ES module, which is strict, cannot have. Of very
 * large files, this is not known.
 */
export function isOnlyCommonjs(code: string, filename: string, lang: Language): boolean {
  if (code.length > MAXIMUM_CHECKED_LENGTH) return false;
  const isValid = (sourceType: SourceType) =>
    parseSync(filename, code, { lang, sourceType, showSemanticErrors: true }).errors.every(
      ({ severity }) => severity !== 'Error',
    );
  return !isValid('module') && isValid('commonjs');
}

function reasonOf({ message, helpMessage }: OxcError): string {
  return helpMessage === null ? message : `${message} (${helpMessage})`;
}
