/**
 * Processor time from the start of a Node process to the first line of its program: of a process that loads
 * `throughline/register`, or of one that loads an empty module, if the subject tracks nothing.
 */
import { spawnSync } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { median } from '../../measure/statistics.js';
import type { Workload } from '../../suite/workload.js';
import { registerFlags } from '../register-flags.js';

const pathOf = (file: string) => fileURLToPath(new URL(file, import.meta.url));

export const startUp: Workload = async ({ isTracking }, _storages, { lapCount }) => {
  const flags = isTracking ? registerFlags('node') : ['--import', pathOf('./empty-module.js')];
  const args = [...flags, pathOf('./start-up-program.js')];
  const times = Array.from({ length: lapCount }, () => {
    const { stdout, stderr, status } = spawnSync(process.execPath, args, { encoding: 'utf8' });
    if (status !== 0) throw new Error(`The process exited with code ${status}.\n${stderr}`);
    return Number(stdout) * 1000;
  });
  return median(times);
};
