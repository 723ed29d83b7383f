/** The secret that signs the session cookies, and the private folder that holds the secret and the sessions. */
import { randomBytes } from 'node:crypto';
import type { Stats } from 'node:fs';
import { link, lstat, mkdir, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { UserError } from './user-error.js';

const MIN_LENGTH = 32;

/**
 * Creates this user's folder in the system's temporary folder, unless it exists. No other user can read it.
 * @throws {UserError} if its path is taken by anything but a private folder of this user
 */
export async function ensurePrivateFolder(parent = tmpdir()): Promise<string> {
  const user = process.getuid?.();
  const folder = join(parent, user === undefined ? 'throughline' : `throughline-${user}`);
  try {
    await mkdir(folder, { recursive: true, mode: 0o700 });
  } catch (error) {
    // The path is a file (EEXIST) or a dangling symbolic link (ENOENT). The check below reports both.
    if (!hasCode(error, 'EEXIST') && !hasCode(error, 'ENOENT')) throw error;
  }
  const stats = await lstat(folder).catch((error: unknown) => {
    throw new UserError(`Cannot create the folder ${folder}: ${error}. Set TMPDIR to another folder.`);
  });
  // Another user may have created the folder first, or a symbolic link in its place, to read what is stored there.
  if (!stats.isDirectory() || !isPrivate(stats)) {
    throw new UserError(
      `${folder} must be a folder that belongs to you and that no other user can access. Delete it, or set TMPDIR to ` +
        'another folder.',
    );
  }
  return folder;
}

/**
 * Returns SESSION_SECRET if it is set. Otherwise it returns the secret in the folder, which it creates the first time,
 * so that users stay signed in when the server restarts.
 * @throws {UserError} if the secret is too short, or if the file is not a private file of this user
 */
export async function loadSessionSecret(given: string | undefined, folder: string): Promise<string> {
  if (given) {
    if (given.length >= MIN_LENGTH) return given;
    throw new UserError(
      `SESSION_SECRET has ${given.length} characters, but must have ${MIN_LENGTH} or more and be hard to guess. Unset it, ` +
        'and the server generates one.',
    );
  }
  const file = join(folder, 'session-secret');
  const existing = await readSecretFile(file);
  if (existing !== undefined) return existing;
  // Two servers may start at the same time. The first to create the link determines the secret. Because the linked file
  // is complete, no server ever reads half a secret.
  const partial = `${file}-${randomBytes(6).toString('hex')}`;
  await writeFile(partial, randomBytes(32).toString('base64url'), { mode: 0o600, flag: 'wx' });
  try {
    await link(partial, file).catch((error: NodeJS.ErrnoException) => {
      if (error.code !== 'EEXIST') throw error;
    });
  } finally {
    await rm(partial);
  }
  const created = await readSecretFile(file);
  if (created === undefined) throw new UserError(`${file} was deleted while it was created. Start the server again.`);
  return created;
}

async function readSecretFile(file: string): Promise<string | undefined> {
  try {
    const stats = await lstat(file);
    if (!stats.isFile() || !isPrivate(stats)) {
      throw new UserError(
        `${file} must be a file that belongs to you and that no other user can access. Delete it, and the server ` +
          'generates another.',
      );
    }
    const secret = (await readFile(file, 'utf8')).trim();
    if (secret.length >= MIN_LENGTH) return secret;
    throw new UserError(`${file} is too short to be a secret. Delete it, and the server generates another.`);
  } catch (error) {
    if (hasCode(error, 'ENOENT')) return undefined;
    throw error;
  }
}

/** Whether only this user has permissions. Always true on systems without user ids, such as Windows. */
function isPrivate({ uid, mode }: Stats): boolean {
  const user = process.getuid?.();
  return user === undefined || (uid === user && (mode & 0o077) === 0);
}

function hasCode(error: unknown, code: string): boolean {
  return error instanceof Error && 'code' in error && error.code === code;
}
