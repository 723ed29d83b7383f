/** The secret of the cookies, where somebody else may have put something in its place. */
import assert from 'node:assert/strict';
import { chmod, chown, lstat, mkdir, mkdtemp, readdir, readFile, rm, symlink, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, beforeEach, describe, it } from 'node:test';
import { ensurePrivateFolder, loadSessionSecret } from './session-secret.js';
import { runToExit } from './test/server-process.js';
import { UserError } from './user-error.js';

const user = process.getuid?.();
const someoneElse = 65_534;

const noRights = user === undefined && 'this system has no rights to be checked';

describe('the secret of the cookies', { timeout: 30_000, skip: noRights }, () => {
  let temporary: string;
  /** Empty before each test. */
  let parent: string;
  /** What will be made there. */
  let folder: string;

  before(async () => {
    temporary = await mkdtemp(join(tmpdir(), 'throughline-test-'));
  });
  after(() => rm(temporary, { recursive: true, force: true }));
  beforeEach(async () => {
    parent = await mkdtemp(join(temporary, 'parent-'));
    folder = join(parent, `throughline-${user}`);
  });

  const notMine = (path: string) => (error: unknown) =>
    error instanceof UserError &&
    error.message.startsWith(`${path} must be a`) &&
    / belongs to you/.test(error.message);

  it('is made once, in a file and a folder that are nobody else’s', async () => {
    assert.equal(await ensurePrivateFolder(parent), folder);
    const secret = await loadSessionSecret(undefined, folder);
    assert.match(secret, /^[\w-]{43}$/);
    assert.equal((await lstat(folder)).mode & 0o777, 0o700);
    assert.equal((await lstat(join(folder, 'session-secret'))).mode & 0o777, 0o600);
    assert.equal(await loadSessionSecret(undefined, await ensurePrivateFolder(parent)), secret);
  });

  it('is one for all servers that start at once, and nothing else is left', async () => {
    const servers = Array.from({ length: 20 }, async () =>
      loadSessionSecret(undefined, await ensurePrivateFolder(parent)),
    );
    const secrets = new Set(await Promise.all(servers));
    assert.deepEqual(await readdir(folder), ['session-secret']);
    assert.deepEqual([...secrets], [await readFile(join(folder, 'session-secret'), 'utf8')]);
  });

  it('is not put where a link leads, be it to a folder that is private', async () => {
    const elsewhere = join(parent, 'elsewhere');
    await mkdir(elsewhere, { mode: 0o700 });
    for (const target of [elsewhere, join(parent, 'nowhere')]) {
      await symlink(target, folder);
      await assert.rejects(ensurePrivateFolder(parent), notMine(folder));
      await rm(folder);
    }
    assert.deepEqual(await readdir(parent), ['elsewhere']);
  });

  it('is not put into what is no folder, or one that others may use', async () => {
    await writeFile(folder, '', { mode: 0o600 });
    await assert.rejects(ensurePrivateFolder(parent), notMine(folder));
    await rm(folder);
    await mkdir(folder);
    for (const mode of [0o755, 0o710, 0o701, 0o702]) {
      await chmod(folder, mode);
      await assert.rejects(ensurePrivateFolder(parent), notMine(folder), mode.toString(8));
    }
    await chmod(folder, 0o700);
    assert.equal(await ensurePrivateFolder(parent), folder);
  });

  it('is not read from a file that others may read, a link, a folder, or a file with half of it', async () => {
    await ensurePrivateFolder(parent);
    const file = join(folder, 'session-secret');
    const known = 'a secret that is known to somebody else';
    await writeFile(file, known);
    for (const mode of [0o640, 0o604, 0o602]) {
      await chmod(file, mode);
      await assert.rejects(loadSessionSecret(undefined, folder), notMine(file), mode.toString(8));
    }
    await rm(file);
    await writeFile(join(parent, 'known'), known, { mode: 0o600 });
    await symlink(join(parent, 'known'), file);
    await assert.rejects(loadSessionSecret(undefined, folder), notMine(file));
    await rm(file);
    await mkdir(file, { mode: 0o700 });
    await assert.rejects(loadSessionSecret(undefined, folder), notMine(file));
    await rm(file, { recursive: true });
    await writeFile(file, known.slice(0, 31), { mode: 0o600 });
    await assert.rejects(
      loadSessionSecret(undefined, folder),
      /session-secret is too short to be a secret\. Delete it/,
    );
  });

  const skip = user !== 0 && 'only root can give a folder to somebody else';
  it('is not put into or read from what belongs to somebody else', { skip }, async () => {
    await ensurePrivateFolder(parent);
    const file = join(folder, 'session-secret');
    await loadSessionSecret(undefined, folder);
    await chown(file, someoneElse, someoneElse);
    await assert.rejects(loadSessionSecret(undefined, folder), notMine(file));
    await chown(folder, someoneElse, someoneElse);
    await assert.rejects(ensurePrivateFolder(parent), notMine(folder));
  });

  it('ends the program in one line where its folder is a link', async () => {
    await symlink(temporary, folder);
    const { code, stdout, stderr } = await runToExit(['--exit', '--requests', '8'], { TMPDIR: parent });
    assert.deepEqual([code, stdout], [1, '']);
    assert.match(stderr, /^.+ must be a folder that belongs to you, .+ set TMPDIR to another folder\.\n$/);
  });
});
