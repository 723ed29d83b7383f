/** The secret of the session cookies, including the attacks of another user who tampers with its file or its folder. */
import assert from 'node:assert/strict';
import { chmod, chown, lstat, mkdir, mkdtemp, readdir, readFile, rm, symlink, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, beforeEach, describe, it } from 'node:test';
import { ensurePrivateFolder, loadSessionSecret } from './session-secret.js';
import { runToExit } from './test/server-process.js';
import { UserError } from './user-error.js';

const user = process.getuid?.();
const otherUser = 65_534;

const noPermissions = user === undefined && 'this system has no file permissions to check';

describe('the secret of the session cookies', { timeout: 30_000, skip: noPermissions }, () => {
  let temporary: string;
  /** Empty before each test. */
  let parent: string;
  /** The folder that is created in `parent`. */
  let folder: string;

  before(async () => {
    temporary = await mkdtemp(join(tmpdir(), 'throughline-test-'));
  });
  after(() => rm(temporary, { recursive: true, force: true }));
  beforeEach(async () => {
    parent = await mkdtemp(join(temporary, 'parent-'));
    folder = join(parent, `throughline-${user}`);
  });

  const isNotPrivateError = (path: string) => (error: unknown) =>
    error instanceof UserError &&
    error.message.startsWith(`${path} must be a`) &&
    / belongs to you and that no other user can access\./.test(error.message);

  it('is created once, in a file and a folder that no other user can access', async () => {
    assert.equal(await ensurePrivateFolder(parent), folder);
    const secret = await loadSessionSecret(undefined, folder);
    assert.match(secret, /^[\w-]{43}$/);
    assert.equal((await lstat(folder)).mode & 0o777, 0o700);
    assert.equal((await lstat(join(folder, 'session-secret'))).mode & 0o777, 0o600);
    assert.equal(await loadSessionSecret(undefined, await ensurePrivateFolder(parent)), secret);
  });

  it('is the same for all servers that start at the same time, and leaves no other file behind', async () => {
    const servers = Array.from({ length: 20 }, async () =>
      loadSessionSecret(undefined, await ensurePrivateFolder(parent)),
    );
    const secrets = new Set(await Promise.all(servers));
    assert.deepEqual(await readdir(folder), ['session-secret']);
    assert.deepEqual([...secrets], [await readFile(join(folder, 'session-secret'), 'utf8')]);
  });

  it('is not stored in the target of a symbolic link, even if that is a private folder', async () => {
    const elsewhere = join(parent, 'elsewhere');
    await mkdir(elsewhere, { mode: 0o700 });
    for (const target of [elsewhere, join(parent, 'nowhere')]) {
      await symlink(target, folder);
      await assert.rejects(ensurePrivateFolder(parent), isNotPrivateError(folder));
      await rm(folder);
    }
    assert.deepEqual(await readdir(parent), ['elsewhere']);
  });

  it('is not stored if the path is a file, or a folder that other users can access', async () => {
    await writeFile(folder, '', { mode: 0o600 });
    await assert.rejects(ensurePrivateFolder(parent), isNotPrivateError(folder));
    await rm(folder);
    await mkdir(folder);
    for (const mode of [0o755, 0o710, 0o701, 0o702]) {
      await chmod(folder, mode);
      await assert.rejects(ensurePrivateFolder(parent), isNotPrivateError(folder), mode.toString(8));
    }
    await chmod(folder, 0o700);
    assert.equal(await ensurePrivateFolder(parent), folder);
  });

  it('is not read from a file that other users can access, a symbolic link, a folder or a truncated file', async () => {
    await ensurePrivateFolder(parent);
    const file = join(folder, 'session-secret');
    const known = 'a secret that another user knows already';
    await writeFile(file, known);
    for (const mode of [0o640, 0o604, 0o602]) {
      await chmod(file, mode);
      await assert.rejects(loadSessionSecret(undefined, folder), isNotPrivateError(file), mode.toString(8));
    }
    await rm(file);
    await writeFile(join(parent, 'known'), known, { mode: 0o600 });
    await symlink(join(parent, 'known'), file);
    await assert.rejects(loadSessionSecret(undefined, folder), isNotPrivateError(file));
    await rm(file);
    await mkdir(file, { mode: 0o700 });
    await assert.rejects(loadSessionSecret(undefined, folder), isNotPrivateError(file));
    await rm(file, { recursive: true });
    await writeFile(file, known.slice(0, 31), { mode: 0o600 });
    await assert.rejects(
      loadSessionSecret(undefined, folder),
      /session-secret is too short to be a secret\. Delete it/,
    );
  });

  const skip = user !== 0 && 'only root can change the owner of a folder';
  it('is not stored in a folder, and not read from a file, that belongs to another user', { skip }, async () => {
    await ensurePrivateFolder(parent);
    const file = join(folder, 'session-secret');
    await loadSessionSecret(undefined, folder);
    await chown(file, otherUser, otherUser);
    await assert.rejects(loadSessionSecret(undefined, folder), isNotPrivateError(file));
    await chown(folder, otherUser, otherUser);
    await assert.rejects(ensurePrivateFolder(parent), isNotPrivateError(folder));
  });

  it('makes the program exit with a one-line message if its folder is a symbolic link', async () => {
    await symlink(temporary, folder);
    const { code, stdout, stderr } = await runToExit(['--exit', '--requests', '8'], { TMPDIR: parent });
    assert.deepEqual([code, stdout], [1, '']);
    assert.match(stderr, /^.+ must be a folder that belongs to you .+ set TMPDIR to another folder\.\n$/);
  });
});
