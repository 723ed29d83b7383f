/**
 * Runs the project's own conformance cases on this Node with the doctor, every function checked and every call lost: what
 * a storage returns, and what is collected, must not change.
 */
import { spawnSync } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';

const root = fileURLToPath(new URL('../../../../', import.meta.url));
// The findings of lost calls are not of interest here.
const folder = mkdtempSync(join(tmpdir(), 'throughline-doctor-'));
try {
  const { status } = spawnSync(
    process.execPath,
    ['--expose-gc', '--import', '@throughline/doctor/register', '--test', 'conformance/dist/hosts/node.test.js'],
    {
      cwd: root,
      stdio: 'inherit',
      env: { ...process.env, THROUGHLINE_DOCTOR: JSON.stringify({ folder }), THROUGHLINE_DOCTOR_FORCED: '1' },
    },
  );
  process.exitCode = status ?? 1;
} finally {
  rmSync(folder, { recursive: true, force: true });
}
