/** The secret that signs the session cookies, and the folder that it is kept in beside the sessions. */
import { randomBytes } from 'node:crypto';
import { link, mkdir, readFile, rm, stat, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { UserError } from './user-error.js';

const SHORTEST = 32;

/** A folder of this user in the system's temporary one, which nobody else can read. */
export async function privateFolder(): Promise<string> {
  const user = process.getuid?.();
  const folder = join(tmpdir(), user === undefined ? 'throughline' : `throughline-${user}`);
  await mkdir(folder, { recursive: true, mode: 0o700 });
  const found = await stat(folder);
  // Somebody else may have made it first, to read what is put there.
  if (user !== undefined && (found.uid !== user || (found.mode & 0o077) !== 0)) {
    throw new UserError(
      `${folder} must belong to you, and nobody else may use it. Delete it, or set TMPDIR to another folder.`,
    );
  }
  return folder;
}

/** SESSION_SECRET, or one that is made once and kept in the folder, so that users stay signed in over a restart. */
export async function sessionSecret(given: string | undefined, folder: string): Promise<string> {
  if (given) {
    if (given.length >= SHORTEST) return given;
    throw new UserError(
      `SESSION_SECRET has ${given.length} characters, but must have ${SHORTEST} or more that nobody can guess. Leave it ` +
        'away, and the server makes one.',
    );
  }
  const file = join(folder, 'session-secret');
  const kept = await readKept(file);
  if (kept !== undefined) return kept;
  // Two servers may start at once: whichever links first has made the secret, and nobody sees half of it.
  const partial = `${file}-${randomBytes(6).toString('hex')}`;
  await writeFile(partial, randomBytes(32).toString('base64url'), { mode: 0o600, flag: 'wx' });
  try {
    await link(partial, file).catch((error: NodeJS.ErrnoException) => {
      if (error.code !== 'EEXIST') throw error;
    });
  } finally {
    await rm(partial);
  }
  const made = await readKept(file);
  if (made === undefined) throw new UserError(`${file} has gone while it was made. Start the server again.`);
  return made;
}

async function readKept(file: string): Promise<string | undefined> {
  try {
    const secret = (await readFile(file, 'utf8')).trim();
    if (secret.length >= SHORTEST) return secret;
    throw new UserError(`${file} is too short to be a secret. Delete it, and the server makes another.`);
  } catch (error) {
    if (error instanceof Error && 'code' in error && error.code === 'ENOENT') return undefined;
    throw error;
  }
}
