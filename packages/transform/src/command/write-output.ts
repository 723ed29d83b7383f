/**
 * Writes the output for one file or link. An existing output is removed first and never written through, because it may
 * be a link to an input.
 */
import {
  chmodSync,
  constants,
  copyFileSync,
  mkdirSync,
  readFileSync,
  readlinkSync,
  realpathSync,
  rmSync,
  statSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { basename, dirname, join, posix, relative, resolve } from 'node:path';
import { pathToFileURL } from 'node:url';
import { transformAmbiguousModule } from '../ambiguous-module.js';
import { type TracedResult, traceToOriginals } from '../source-maps.js';
import { type TransformResult, transform } from '../transform.js';
import { isNeverTransformed } from '../untransformed-files.js';
import type { CommandOptions } from './arguments.js';
import { type InputFile, isInside } from './input-files.js';
import { packageTypeOf } from './package-type.js';

export interface WrittenOutput {
  /** The paths that were written. */
  readonly paths: readonly string[];
  /** Whether the file was transformed rather than copied. */
  readonly isTransformed: boolean;
}

/**
 * @throws {TransformError} if the file does not parse
 * @throws {Error} if the output cannot be written
 */
export function writeOutput(file: InputFile, options: CommandOptions): WrittenOutput {
  const { input, output, kind, inputDirectory } = file;
  const directory = dirname(output);
  mkdirSync(directory, { recursive: true });
  const isInInput =
    inputDirectory !== undefined &&
    isInside(join(realpathSync(directory), basename(output)), realpathSync(inputDirectory));
  if (isInInput) {
    throw new Error(
      `not written, because '${directory}' is a symbolic link into the input. Remove the link, or choose another --out.`,
    );
  }
  if (kind === 'link') {
    removeExisting(output);
    symlinkSync(linkTarget(file), output);
    return { paths: [output], isTransformed: false };
  }
  const path = realpathSync(input);
  if (kind === 'code' && !isNeverTransformed(path)) {
    const code = new TextDecoder().decode(readFileSync(input));
    const result = transformFile(code, input, path, options);
    if (result !== undefined) {
      const url = pathToFileURL(path).href;
      const traced = options.writesSourceMaps ? traceToOriginals(code, url, result) : undefined;
      return { paths: writeResult(result, traced, output, statSync(input).mode), isTransformed: true };
    }
  }
  removeExisting(output);
  copyFileSync(input, output, constants.COPYFILE_EXCL);
  return { paths: [output], isTransformed: false };
}

function removeExisting(path: string): void {
  rmSync(path, { force: true });
}

function transformFile(
  code: string,
  filename: string,
  path: string,
  { transformOptions }: CommandOptions,
): TransformResult | undefined {
  const options = { ...transformOptions, filename };
  if (options.sourceType !== undefined || !/\.[jt]sx?$/.test(filename)) return transform(code, options);
  const type = packageTypeOf(path);
  if (type === 'commonjs') return transformAmbiguousModule(code, options);
  return transform(code, type === 'module' ? { ...options, sourceType: 'module' } : options);
}

function writeResult(
  result: TransformResult,
  traced: TracedResult | undefined,
  output: string,
  mode: number,
): string[] {
  removeExisting(output);
  if (traced === undefined) {
    writeFileSync(output, result.code);
    chmodSync(output, mode);
    return [output];
  }
  const mapFile = `${output}.map`;
  const { code, map } = traced;
  map.file = basename(output);
  map.sources = map.sources.map((source) => relativeUrl(pathToFileURL(resolve(output)), source));
  const comment = `//# sourceMappingURL=${encodeURI(basename(mapFile))}\n`;
  writeFileSync(output, `${code}${code.endsWith('\n') ? '' : '\n'}${comment}`);
  chmodSync(output, mode);
  removeExisting(mapFile);
  writeFileSync(mapFile, map.toString());
  return [output, mapFile];
}

function relativeUrl({ pathname }: URL, target: string): string {
  return target.startsWith('file:') ? posix.relative(posix.dirname(pathname), new URL(target).pathname) : target;
}

/** A link to something in the input points to its copy. Any other link points to its original target. */
function linkTarget({ input, output, inputDirectory, outDirectory }: InputFile): string {
  const target = resolve(dirname(input), readlinkSync(input));
  if (inputDirectory === undefined || !isInside(target, resolve(inputDirectory))) return target;
  const copy = join(resolve(outDirectory), relative(resolve(inputDirectory), target));
  return relative(dirname(resolve(output)), copy);
}
