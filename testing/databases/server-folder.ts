/** A folder for a server that keeps files, and whom the server runs as: PostgreSQL and MariaDB refuse to run as root. */
import { execFileSync } from 'node:child_process';
import { chownSync, rmSync } from 'node:fs';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

export interface ServerUser {
  readonly uid?: number;
  readonly gid?: number;
}

export interface ServerFolder {
  readonly folder: string;
  readonly user: ServerUser;
  remove(): Promise<void>;
}

/** Makes an empty folder that the server's user owns. It does not outlive this process. */
export async function serverFolder(): Promise<ServerFolder> {
  const folder = await mkdtemp(join(tmpdir(), 'throughline-'));
  const onExit = () => rmSync(folder, { recursive: true, force: true });
  process.on('exit', onExit);
  const user = ordinaryUser();
  if (user.uid !== undefined && user.gid !== undefined) chownSync(folder, user.uid, user.gid);
  return {
    folder,
    user,
    async remove() {
      process.off('exit', onExit);
      await rm(folder, { recursive: true, force: true });
    },
  };
}

function ordinaryUser(): ServerUser {
  if (process.getuid?.() !== 0) return {};
  const number = (option: string) => Number(execFileSync('id', [option, 'nobody']));
  return { uid: number('-u'), gid: number('-g') };
}
