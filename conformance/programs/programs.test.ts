import assert from 'node:assert/strict';
import { randomInt } from 'node:crypto';
import { describe, it } from 'node:test';
import { loadImplementation } from '../implementations.js';
import { flaws } from './flawed-implementations.js';
import { countStatements, formatFinding } from './format-finding.js';
import { formatProgram } from './format-program.js';
import { type Finding, SeedTester } from './seed-tester.js';

const PROGRAM_COUNT = 3000;
/** Each flaw must show in at least one of this many programs. */
const PROGRAM_COUNT_PER_FLAW = 400;
/** The maximum number of statements in a shrunk program. The flaws need two or three. */
const MAX_SHRUNK_STATEMENTS = 6;

/** For the flaw that makes programs hang: nearly every program hangs, so the time limit is shorter. */
const HUNG_TIMEOUT_MS = 1000;

const seed = readSeed();
const native = await loadImplementation('native');
const throughline = await loadImplementation('throughline');

describe('random programs', () => {
  it(`${PROGRAM_COUNT} programs have the same values as with the runtime’s own class (SEED=${seed})`, async () => {
    const finding = await findFirst(new SeedTester(throughline, native), seed, PROGRAM_COUNT);
    if (finding !== undefined) assert.fail(formatFinding(finding));
  });

  for (const { title, kind, shows, createFlawed } of flaws) {
    it(`detect ${title}`, async () => {
      const flawed = createFlawed(native);
      try {
        const tester = new SeedTester(flawed, native, kind === 'hung' ? HUNG_TIMEOUT_MS : undefined);
        const finding = await findFirst(tester, 1, PROGRAM_COUNT_PER_FLAW);
        assert.ok(finding, `the flaw did not show in ${PROGRAM_COUNT_PER_FLAW} programs`);
        assert.equal(finding.failure.kind, kind);
        assert.match(formatProgram(finding.shrunk), shows);
        assert.ok(countStatements(finding.shrunk) <= MAX_SHRUNK_STATEMENTS, formatFinding(finding));
      } finally {
        flawed.dispose?.();
      }
    });
  }
});

async function findFirst(tester: SeedTester, firstSeed: number, programCount: number): Promise<Finding | undefined> {
  for (let index = 0; index < programCount; index++) {
    const finding = await tester.test(firstSeed + index);
    if (finding !== undefined) return finding;
  }
  return undefined;
}

function readSeed(): number {
  const { SEED } = process.env;
  if (SEED === undefined) return randomInt(2 ** 31);
  if (!/^\d{1,10}$/.test(SEED)) throw new Error(`SEED must be an integer of up to ten digits, but it is "${SEED}".`);
  return Number(SEED);
}
