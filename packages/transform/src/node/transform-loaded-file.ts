/** Transforms a file that Node loads. Node's loader states what kind of file it is: its format. */
import { fileURLToPath } from 'node:url';
import { transformAmbiguousModule } from '../ambiguous-module.js';
import type { SourceType } from '../parse/parse.js';
import { TransformError } from '../parse/transform-error.js';
import { traceToOriginals } from '../source-maps.js';
import { transform } from '../transform.js';
import { isNeverTransformed } from '../untransformed-files.js';

const SOURCE_TYPES: ReadonlyMap<string, SourceType | 'ambiguous'> = new Map([
  ['module', 'module'],
  ['module-typescript', 'module'],
  ['commonjs', 'commonjs'],
  ['commonjs-typescript', 'commonjs'],
  ['typescript', 'ambiguous'],
]);

/**
 * With --experimental-transform-types, which Node 22 and 24 have, Node itself creates a source map, from the code that
 * this module returns. The transform adds no lines, so the lines in that map are those of the file.
 */
const IS_MAPPED_BY_NODE = String(process.features.typescript) === 'transform';

/**
 * Transforms a file, unless its format or location excludes it.
 * @param format null or undefined if Node determines by trial whether the file is CommonJS
 * @returns the code, which includes its source map; undefined if the file is not changed
 * @throws {SyntaxError} if the file does not parse
 */
export function transformLoadedFile(
  source: string | NodeJS.ArrayBufferView | ArrayBuffer,
  url: string,
  format: string | null | undefined,
): string | undefined {
  const path = url.startsWith('file:') ? fileURLToPath(url) : url;
  const sourceType = format == null ? sourceTypeWithoutFormat(path) : SOURCE_TYPES.get(format);
  if (sourceType === undefined || isNeverTransformed(path)) return undefined;
  const isTypeScript = format == null ? /\.[cm]?ts$/.test(path) : format.endsWith('typescript');
  const code = typeof source === 'string' ? source : new TextDecoder().decode(source);
  const options = { filename: path, lang: isTypeScript ? 'ts' : 'js' } as const;
  try {
    const result =
      sourceType === 'ambiguous'
        ? transformAmbiguousModule(code, options)
        : transform(code, { ...options, sourceType });
    if (result === undefined) return undefined;
    if (isTypeScript && IS_MAPPED_BY_NODE) return result.code;
    const traced = traceToOriginals(code, url, result);
    return `${traced.code}\n//# sourceMappingURL=${traced.map.toUrl()}`;
  } catch (error) {
    if (!(error instanceof TransformError)) throw error;
    // A new error is created, because Node prints the stack of an uncaught error, and the stack contains the message
    // with which the error was created.
    throw new SyntaxError(`${error.message}\n\n${error.frame}\n`);
  }
}

function sourceTypeWithoutFormat(path: string): 'ambiguous' | undefined {
  return /\.(?:json|node|wasm)$/.test(path) ? undefined : 'ambiguous';
}
