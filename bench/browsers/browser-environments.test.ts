/** Samples in a real page and in a real process, as they are measured, but short ones. */
import { deepEqual, equal, match } from 'node:assert/strict';
import { after, before, describe, it } from 'node:test';
import { MissingPlace, type Place, type Session } from '../suite/environment.js';
import { ownWorkloads } from '../suite/suite.js';
import { browserPlaces } from './browser-environments.js';
import { browsers } from './browser-suite.js';

const subjects = Object.keys(browsers.subjects);
const own = { name: 'node26', command: [process.execPath] } as const;

function placeNamed(name: string): Place {
  const found = browserPlaces([own]).find((place) => place.name === name);
  if (found === undefined) throw new Error(`no place is called ${name}`);
  return found;
}

describe('the portable engine in a process', () => {
  let session: Session;
  before(async () => {
    session = await placeNamed('portable-node26').open();
  });
  after(() => session.close());

  for (const subject of subjects) {
    it(`runs ${subject}`, async () => {
      deepEqual(await session.check(subject), { figures: {}, version: process.versions.node });
    });
  }

  for (const workload of ownWorkloads(browsers)) {
    it(`gives a figure of ${workload}`, async () => {
      const answer = await session.sample({ subject: 'transform', workload, k: 1, pace: 'quick' });
      equal('figures' in answer && Number.isFinite(answer.figures[workload]), true, JSON.stringify(answer));
    });
  }

  it('refuses what it does not know', async () => {
    const sample = session.sample({ subject: 'none', workload: 'walk', k: 1, pace: 'quick' });
    match(String(await sample.catch((error: unknown) => error)), /walk is none of await, /);
  });
});

describe('a page in Chromium', async () => {
  const session = await placeNamed('chromium')
    .open()
    .catch((error: unknown) => {
      if (error instanceof MissingPlace) return error;
      throw error;
    });
  if (session instanceof MissingPlace) {
    it('runs every subject', { skip: session.message }, () => {});
    return;
  }
  after(() => session.close());

  for (const subject of subjects) {
    it(`runs ${subject}`, async () => {
      const answer = await session.check(subject);
      deepEqual('figures' in answer && answer.figures, {});
    });
  }

  it('gives a figure', async () => {
    const answer = await session.sample({ subject: 'interception', workload: 'pending', k: 1, pace: 'quick' });
    equal('figures' in answer && Number.isFinite(answer.figures.pending), true, JSON.stringify(answer));
  });

  it('tells of what goes wrong', async () => {
    const sample = session.sample({ subject: 'none', workload: 'walk', k: 1, pace: 'quick' });
    match(String(await sample.catch((error: unknown) => error)), /walk is none of await, /);
  });
});
