/** The `type` field of the nearest package.json, which determines for Node whether a `.js` file is an ES module. */
import { readFileSync } from 'node:fs';
import { dirname, join } from 'node:path';

/** The types that have been read, by directory. */
const types = new Map<string, string | undefined>();

/**
 * @param path the absolute path of a file
 * @returns undefined if there is no package.json, or if it has no such field
 * @throws {Error} if the package.json is not valid JSON
 */
export function packageTypeOf(path: string): string | undefined {
  const directory = dirname(path);
  if (types.has(directory)) return types.get(directory);
  const manifest = readManifest(join(directory, 'package.json'));
  const type = manifest === undefined && directory !== path ? packageTypeOf(directory) : manifest?.type;
  types.set(directory, type);
  return type;
}

/** @returns undefined if there is no such file */
function readManifest(file: string): { readonly type: string | undefined } | undefined {
  let text: string;
  try {
    text = readFileSync(file, 'utf8');
  } catch {
    return undefined;
  }
  try {
    const manifest: unknown = JSON.parse(text);
    const type: unknown = typeof manifest === 'object' && manifest !== null ? Reflect.get(manifest, 'type') : undefined;
    return { type: typeof type === 'string' ? type : undefined };
  } catch {
    throw new Error(
      `${file} is not valid JSON, so the module type of the files of its package is unknown. Correct it, or use --source-type.`,
    );
  }
}
