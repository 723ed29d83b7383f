/** What becomes of one file or link. Nothing is written through a link that is in the way, since it may lead to an input. */
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
import { transformEither } from '../ambiguous-module.js';
import { type Mapped, traceBack } from '../source-maps.js';
import { type TransformResult, transform } from '../transform.js';
import { isNeverTransformed } from '../untransformed-files.js';
import type { Order } from './arguments.js';
import { type Entry, isInside } from './input-files.js';
import { packageTypeOf } from './package-type.js';

/** @returns the files that were made, and whether by the transform */
export function writeEntry(
  entry: Entry,
  order: Order,
): { readonly made: readonly string[]; readonly isTransformed: boolean } {
  const { input, output } = entry;
  const folder = dirname(output);
  mkdirSync(folder, { recursive: true });
  const { root } = entry;
  if (root !== undefined && isInside(join(realpathSync(folder), basename(output)), realpathSync(root))) {
    throw new Error(
      `not written, since '${folder}' is a link that leads into the input. Remove it, or choose another --out.`,
    );
  }
  if (entry.kind === 'link') {
    makeWay(output);
    symlinkSync(linkTarget(entry), output);
    return { made: [output], isTransformed: false };
  }
  const path = realpathSync(input);
  if (entry.kind === 'code' && !isNeverTransformed(path)) {
    const code = new TextDecoder().decode(readFileSync(input));
    const result = transformFile(code, input, path, order);
    if (result !== undefined) {
      const { mode } = statSync(input);
      const url = pathToFileURL(path).href;
      return {
        made: writeResult(result, order.sourceMaps ? traceBack(code, url, result) : undefined, output, mode),
        isTransformed: true,
      };
    }
  }
  makeWay(output);
  copyFileSync(input, output, constants.COPYFILE_EXCL);
  return { made: [output], isTransformed: false };
}

function makeWay(output: string): void {
  rmSync(output, { force: true });
}

function transformFile(code: string, filename: string, path: string, { options }: Order): TransformResult | undefined {
  const given = { ...options, filename };
  if (options.sourceType !== undefined || !/\.[jt]sx?$/.test(filename)) return transform(code, given);
  const type = packageTypeOf(path);
  if (type === 'commonjs') return transformEither(code, given);
  return transform(code, type === 'module' ? { ...given, sourceType: 'module' } : given);
}

function writeResult(result: TransformResult, mapped: Mapped | undefined, output: string, mode: number): string[] {
  makeWay(output);
  if (mapped === undefined) {
    writeFileSync(output, result.code);
    chmodSync(output, mode);
    return [output];
  }
  const mapFile = `${output}.map`;
  const { code, map } = mapped;
  map.file = basename(output);
  map.sources = map.sources.map((source) => asSeenFrom(pathToFileURL(resolve(output)), source));
  writeFileSync(
    output,
    `${code}${code.endsWith('\n') ? '' : '\n'}//# sourceMappingURL=${encodeURI(basename(mapFile))}\n`,
  );
  chmodSync(output, mode);
  makeWay(mapFile);
  writeFileSync(mapFile, map.toString());
  return [output, mapFile];
}

function asSeenFrom({ pathname }: URL, source: string): string {
  return source.startsWith('file:') ? posix.relative(posix.dirname(pathname), new URL(source).pathname) : source;
}

/** A link to something that is copied as well leads to the copy, any other to where it has led. */
function linkTarget({ input, output, root, out }: Entry): string {
  const target = resolve(dirname(input), readlinkSync(input));
  if (root === undefined || !isInside(target, resolve(root))) return target;
  return relative(dirname(resolve(output)), join(resolve(out), relative(resolve(root), target)));
}
