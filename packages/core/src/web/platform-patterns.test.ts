/** The compact tables match the readable ones, and nothing else that TypeScript's DOM library knows. */
import assert from 'node:assert/strict';
import { readFile } from 'node:fs/promises';
import { describe, test } from 'node:test';
import { ALL_MEMBERS, type Members, members } from './platform-apis.js';
import * as patterns from './platform-patterns.js';
import { isTaskEvent } from './task-frames.js';

interface Generator {
  generatePatterns(): string;
  /** The members of each class, by the name of the class. */
  knownMembers(): Map<string, Set<string>>;
  byKind(table: Members | Record<string, Members>): [kind: string, members: Members][];
}

const folder = new URL('../../', import.meta.url);
const { generatePatterns, knownMembers, byKind }: Generator = await import(
  new URL('scripts/platform-patterns.mjs', folder).href
);

test('the compact tables are those that are generated from the readable ones', async () => {
  const file = await readFile(new URL('src/web/platform-patterns.ts', folder), 'utf8');
  assert.equal(file, generatePatterns(), 'Run `node packages/core/scripts/platform-patterns.mjs` after each change.');
});

describe('a compact table matches exactly the members of the readable one:', () => {
  const compactTables: Readonly<Record<string, string>> = { ...patterns };
  const known = knownMembers();
  for (const [name, table] of Object.entries(members)) {
    test(name, () => {
      const rows = (compactTables[name] ?? '').split(',').map((row) => {
        const [kind, ...classes] = row.split(' ');
        return { kind, classes, pattern: new RegExp(`^(${classes.pop()})`) };
      });
      for (const [kind, ofKind] of byKind(table)) {
        const matched: Record<string, string[]> = {};
        for (const row of rows.filter((row) => row.kind === kind)) {
          for (const className of row.classes) {
            const names = [...(known.get(className) ?? [])].filter((key) => row.pattern.test(key));
            matched[className] = [...(matched[className] ?? []), ...names].sort();
          }
        }
        assert.deepEqual(matched, expand(ofKind));
      }
    });
  }

  function expand(table: Members): Record<string, string[]> {
    const methods = (className: string) => [...(known.get(className) ?? [])].filter((key) => !key.startsWith('on'));
    return Object.fromEntries(
      Object.entries(table).map(([className, names]) => [
        className,
        (names === ALL_MEMBERS ? methods(className) : names.split(' ')).sort(),
      ]),
    );
  }
});

test('events whose names begin like those of tasks do not report tasks', () => {
  for (const type of [
    'load',
    'complete',
    'ended',
    'statechange',
    'compositionstart',
    'compositionend',
    'loadingdone',
  ]) {
    assert.equal(isTaskEvent(type), ['load', 'complete', 'ended'].includes(type), type);
  }
});
