/** What the package that a file belongs to says of its files: Node takes the nearest package.json. */
import { readFileSync } from 'node:fs';
import { dirname, join } from 'node:path';

const types = new Map<string, string | undefined>();

/** @param path an absolute path */
export function packageTypeOf(path: string): string | undefined {
  const folder = dirname(path);
  if (types.has(folder)) return types.get(folder);
  const own = read(join(folder, 'package.json'));
  const type = own === undefined && folder !== path ? packageTypeOf(folder) : own?.type;
  types.set(folder, type);
  return type;
}

function read(file: string): { readonly type: string | undefined } | undefined {
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
      `${file} is not valid JSON, so nobody can tell what kind of files its package has. Mend it, or give --source-type.`,
    );
  }
}
