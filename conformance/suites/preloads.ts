/** What `npm run suites` loads into each process of the second run of a suite. */
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { SUITES_FOLDER } from './install-suite.js';
import type { SuiteDifference } from './suite.js';

export interface Preload {
  /** What a test then is: `… of them registered`. */
  readonly word: SuiteDifference['withPreload'];
  /** Reaches all processes that a test starts. */
  readonly env: NodeJS.ProcessEnv;
  /** The page with its table. */
  readonly page: URL;
}

/** `throughline/register`. */
export const REGISTER: Preload = {
  word: 'registered',
  env: { NODE_OPTIONS: `-r ${JSON.stringify(fileURLToPath(new URL('preload.cjs', import.meta.url)))}` },
  page: new URL('../../../docs/register.md', import.meta.url),
};

/** What the doctor has found in each process. The tests lose many flows, because every call counts as lost. */
export const FINDINGS_FOLDER = join(SUITES_FOLDER, 'findings');

/** The doctor, which checks every function of the library, its tests and its dependencies as if its flow were lost. */
export const DOCTOR: Preload = {
  word: 'checked',
  env: {
    NODE_OPTIONS: `--import=${import.meta.resolve('@throughline/doctor/register')}`,
    THROUGHLINE_DOCTOR: JSON.stringify({ dependencies: true, folder: FINDINGS_FOLDER }),
    THROUGHLINE_DOCTOR_FORCED: '1',
  },
  page: new URL('../../../docs/doctor.md', import.meta.url),
};
