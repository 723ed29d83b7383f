/** Tests which properties `install()` replaces in each installed browser, and that its report names them. */
import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { type BrowserName, browserNames, MissingBrowser } from '@throughline/testing/browsers';
import { patchedMembers } from './patched-members.js';
import { openTestPages } from './test-pages.js';

interface Snapshots {
  /** The paths of the functions and setters that the page has. */
  readonly replaceable: readonly string[];
  /** The paths of the properties that `install()` changed. */
  readonly changed: readonly string[];
  readonly patched: readonly string[];
}

for (const name of browserNames) {
  describe(`the properties that install() replaces in ${name}`, async () => {
    const snapshots = await takeSnapshots(name);
    const skip = snapshots === undefined && `${name} is not installed`;

    test('are those in the list', { skip }, () => {
      const { replaceable = [], changed } = snapshots as Snapshots;
      const expected = replaceable.filter(isListed);
      assert.deepEqual(changed, expected);
      assert.ok(expected.length > 250, `${expected.length} members`);
    });

    test('are those in the report', { skip }, () => {
      const { changed, patched } = snapshots as Snapshots;
      assert.deepEqual(patched, [...changed].sort());
    });
  });
}

function isListed(path: string): boolean {
  const [, owner = 'globalThis', key = ''] = /^(?:(.+?)\.)?((?:Symbol\(.+\))|[^.]+)$/.exec(path) ?? [];
  const names = patchedMembers[owner]?.split(' ') ?? [];
  return names.includes(key) || (names[0] === '*' && key !== 'constructor' && !key.startsWith('on'));
}

async function takeSnapshots(name: BrowserName): Promise<Snapshots | undefined> {
  const pages = await openTestPages(name).catch((error: unknown) => {
    if (error instanceof MissingBrowser) return undefined;
    throw error;
  });
  try {
    return (await pages?.evaluate(`import { findChangedProperties, snapshotProperties } from './platform-snapshot.js';
import { install } from 'throughline/web';
const before = snapshotProperties();
// In WebKit, PerformanceObserver.supportedEntryTypes returns a new array for each read.
const unstable = new Set(findChangedProperties(before));
const { report } = install();
globalThis.result = {
  replaceable: [...before].filter(([, { value, set }]) => typeof value === 'function' || set).map(([path]) => path).sort(),
  changed: findChangedProperties(before).filter((path) => !unstable.has(path)).sort(),
  patched: [...report.patched].sort(),
};
`)) as Snapshots | undefined;
  } finally {
    await pages?.close();
  }
}
