/**
 * Takes the place of Node's modules in the bundle that compiles programs in a page. The transform and the doctor import
 * them for files, processes and threads; a program of the playground is one text in memory, so most of these
 * functions are never called.
 */

/** The stack of a page has about the size of that of a thread of Node, of which the transform uses a part. */
export const isMainThread = false;
export const resourceLimits = { stackSizeMb: 1 };

export function fileURLToPath(url: string | URL): string {
  return new URL(url).pathname;
}

export function pathToFileURL(path: string): URL {
  return new URL(path, 'file:///');
}

/** The program is not a file, so that it has no path. */
export function isAbsolute(): boolean {
  return false;
}

/** Joins names; only constants at the top level of modules are joined. */
export function join(...names: string[]): string {
  return names.join('/');
}

/** The doctor derives the numbers of functions from the hash of their file. Here is one file. */
export function createHash(): unknown {
  const hash = { update: () => hash, digest: () => ({ readUIntBE: () => 0 }) };
  return hash;
}

function isAbsent(name: string): () => never {
  return () => {
    throw new Error(`A page has no ${name}(). The playground must not call it.`);
  };
}

export const basename = isAbsent('basename');
export const dirname = isAbsent('dirname');
export const extname = isAbsent('extname');
export const readFileSync = isAbsent('readFileSync');
export const realpathSync = isAbsent('realpathSync');
export const relative = isAbsent('relative');
export const resolve = isAbsent('resolve');

/** Only a nesting that exhausts the stack starts a process, whose failure is reported as such a nesting. */
export function spawnSync(): { readonly status: number; readonly stdout: string } {
  return { status: 1, stdout: '' };
}
