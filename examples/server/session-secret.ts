/** The secret that signs the session cookies, and the folder that it is kept in beside the sessions. */
import { randomBytes } from 'node:crypto';
import type { Stats } from 'node:fs';
import { link, lstat, mkdir, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { UserError } from './user-error.js';

const SHORTEST = 32;

/**
 * A folder of this user in the system's temporary one, which nobody else can read.
 * @throws UserError where something else has its name
 */
export async function ensurePrivateFolder(parent = tmpdir()): Promise<string> {
  const user = process.getuid?.();
  const folder = join(parent, user === undefined ? 'throughline' : `throughline-${user}`);
  try {
    await mkdir(folder, { recursive: true, mode: 0o700 });
  } catch (error) {
    // A file has its name, or a link that leads nowhere.
    if (!hasCode(error, 'EEXIST') && !hasCode(error, 'ENOENT')) throw error;
  }
  const found = await lstat(folder).catch((error: unknown) => {
    throw new UserError(`${folder} cannot be made: ${error}. Set TMPDIR to another folder.`);
  });
  // Somebody else may have made it first, or a link in its place, to read what is put there.
  if (!found.isDirectory() || !isPrivate(found)) {
    throw new UserError(
      `${folder} must be a folder that belongs to you, and nobody else may use it. Delete it, or set TMPDIR to another ` +
        'folder.',
    );
  }
  return folder;
}

/** SESSION_SECRET, or one that is made once and kept in the folder, so that users stay signed in over a restart. */
export async function loadSessionSecret(given: string | undefined, folder: string): Promise<string> {
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
    const found = await lstat(file);
    if (!found.isFile() || !isPrivate(found)) {
      throw new UserError(
        `${file} must be a file that belongs to you, and nobody else may read it. Delete it, and the server makes another.`,
      );
    }
    const secret = (await readFile(file, 'utf8')).trim();
    if (secret.length >= SHORTEST) return secret;
    throw new UserError(`${file} is too short to be a secret. Delete it, and the server makes another.`);
  } catch (error) {
    if (hasCode(error, 'ENOENT')) return undefined;
    throw error;
  }
}

/** Whether nobody but this user has any right to it, where the system knows users. */
function isPrivate({ uid, mode }: Stats): boolean {
  const user = process.getuid?.();
  return user === undefined || (uid === user && (mode & 0o077) === 0);
}

function hasCode(error: unknown, code: string): boolean {
  return error instanceof Error && 'code' in error && error.code === code;
}
