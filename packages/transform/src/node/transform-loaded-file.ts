/** What becomes of a file that Node loads. What kind it is tells its format, as Node's loaders name it. */
import { fileURLToPath } from 'node:url';
import { transformEither } from '../ambiguous-module.js';
import type { SourceType } from '../parse.js';
import { traceBack } from '../source-maps.js';
import { transform } from '../transform.js';
import { TransformError } from '../transform-error.js';
import { isNeverTransformed } from '../untransformed-files.js';

const SOURCE_TYPES: ReadonlyMap<string, SourceType | 'either'> = new Map([
  ['module', 'module'],
  ['module-typescript', 'module'],
  ['commonjs', 'commonjs'],
  ['commonjs-typescript', 'commonjs'],
  ['typescript', 'either'],
]);

/**
 * With --experimental-transform-types, which Node 22 and 24 have, Node makes a map of its own, of the code that it gets from
 * here. The lines of that are the file's.
 */
const IS_MAPPED_BY_NODE = String(process.features.typescript) === 'transform';

/**
 * @param format null or undefined where Node tries whether the file is CommonJS
 * @returns the code with its source map in it; undefined where the file stays as it is
 */
export function transformLoaded(
  source: string | NodeJS.ArrayBufferView | ArrayBuffer,
  url: string,
  format: string | null | undefined,
): string | undefined {
  const path = url.startsWith('file:') ? fileURLToPath(url) : url;
  const sourceType = format == null ? ofNoFormat(path) : SOURCE_TYPES.get(format);
  if (sourceType === undefined || isNeverTransformed(path)) return undefined;
  const isTypeScript = format == null ? /\.[cm]?ts$/.test(path) : format.endsWith('typescript');
  const code = typeof source === 'string' ? source : new TextDecoder().decode(source);
  const options = { filename: path, lang: isTypeScript ? 'ts' : 'js' } as const;
  try {
    const result =
      sourceType === 'either' ? transformEither(code, options) : transform(code, { ...options, sourceType });
    if (result === undefined) return undefined;
    if (isTypeScript && IS_MAPPED_BY_NODE) return result.code;
    const mapped = traceBack(code, url, result);
    return `${mapped.code}\n//# sourceMappingURL=${mapped.map.toUrl()}`;
  } catch (error) {
    if (!(error instanceof TransformError)) throw error;
    // Made anew: of an error that nobody catches Node shows the stack, which has the message that it was made with.
    throw new SyntaxError(`${error.message}\n\n${error.frame}\n`);
  }
}

function ofNoFormat(path: string): 'either' | undefined {
  return /\.(?:json|node|wasm)$/.test(path) ? undefined : 'either';
}
