import assert from 'node:assert/strict';
import { randomInt } from 'node:crypto';
import { describe, it } from 'node:test';
import { loadImplementation } from '../implementations.js';
import { Examiner, type Finding, report, sizeOf } from './examiner.js';
import { flaws } from './flawed-implementations.js';
import { print } from './format-program.js';

const PROGRAMS = 3000;
/** Among so many programs, at the latest, each flaw has to show. */
const PROGRAMS_FOR_A_FLAW = 400;
/** Statements that a shrunk program may have, at most, where the flaw needs two or three. */
const SMALL = 6;

/** For the flaw that makes programs hang: nearly every one does, so they are not waited for as long as others. */
const HUNG_AFTER_MS = 1000;

const seed = readSeed();
const native = await loadImplementation('native');
const throughline = await loadImplementation('throughline');

describe('random programs', () => {
  it(`${PROGRAMS} see the same values as with the runtime’s own class (SEED=${seed})`, async () => {
    const finding = await firstFinding(new Examiner(throughline, native), seed, PROGRAMS);
    if (finding !== undefined) assert.fail(report(finding));
  });

  for (const { title, kind, shows, make } of flaws) {
    it(`find and shrink ${title}`, async () => {
      const flawed = make(native);
      try {
        const examiner = new Examiner(flawed, native, kind === 'hung' ? HUNG_AFTER_MS : undefined);
        const finding = await firstFinding(examiner, 1, PROGRAMS_FOR_A_FLAW);
        assert.ok(finding, `not seen in ${PROGRAMS_FOR_A_FLAW} programs`);
        assert.equal(finding.failure.kind, kind);
        assert.match(print(finding.shrunk), shows);
        assert.ok(sizeOf(finding.shrunk) <= SMALL, report(finding));
      } finally {
        flawed.dispose?.();
      }
    });
  }
});

async function firstFinding(examiner: Examiner, first: number, programs: number): Promise<Finding | undefined> {
  for (let index = 0; index < programs; index++) {
    const finding = await examiner.examine(first + index);
    if (finding !== undefined) return finding;
  }
  return undefined;
}

function readSeed(): number {
  const { SEED } = process.env;
  if (SEED === undefined) return randomInt(2 ** 31);
  if (!/^\d{1,10}$/.test(SEED)) throw new Error(`SEED is a whole number; this is "${SEED}".`);
  return Number(SEED);
}
