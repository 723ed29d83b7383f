/** An empty directory for a server that stores files, and the user account that the server runs as. */
import { execFileSync } from 'node:child_process';
import { chownSync, rmSync } from 'node:fs';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

/** The account to run as. Empty for the account of this process. */
export interface ServerUser {
  readonly uid?: number;
  readonly gid?: number;
}

export interface DataDirectory {
  readonly path: string;
  /** The owner of the directory. */
  readonly user: ServerUser;
  remove(): Promise<void>;
}

/**
 * Creates an empty temporary directory that the server's user owns. It is removed when this process exits, at the
 * latest.
 */
export async function createDataDirectory(): Promise<DataDirectory> {
  const path = await mkdtemp(join(tmpdir(), 'throughline-'));
  const onExit = () => rmSync(path, { recursive: true, force: true });
  process.on('exit', onExit);
  const user = unprivilegedUser();
  if (user.uid !== undefined && user.gid !== undefined) chownSync(path, user.uid, user.gid);
  return {
    path,
    user,
    async remove() {
      process.off('exit', onExit);
      await rm(path, { recursive: true, force: true });
    },
  };
}

/** PostgreSQL and MariaDB refuse to run as root, so a root process runs them as the `nobody` account. */
function unprivilegedUser(): ServerUser {
  if (process.getuid?.() !== 0) return {};
  const idOf = (option: string) => Number(execFileSync('id', [option, 'nobody']));
  return { uid: idOf('-u'), gid: idOf('-g') };
}
