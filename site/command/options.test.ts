import assert from 'node:assert/strict';
import { test } from 'node:test';
import { parseOptions } from './options.js';

test('without options, the site of the newest version is built for the root of a host', () => {
  assert.deepEqual(parseOptions([], '/repository/site'), {
    isHelpWanted: false,
    isServed: false,
    base: '/',
    isForVersion: false,
    out: '/repository/site/dist/site',
  });
});

test('options select the path, the version and the folder', () => {
  const { base, isForVersion, out, isServed } = parseOptions(
    ['--base', '/docs/', '--version', '--out=/tmp/site', '--serve'],
    '/repository/site',
  );
  assert.deepEqual([base, isForVersion, out, isServed], ['/docs/', true, '/tmp/site', true]);
});

test('an unknown option names the nearest one, and a path without slashes what is expected', () => {
  assert.throws(() => parseOptions(['--sevre'], '/site'), /has no option --sevre. Did you mean --serve\?/);
  assert.throws(() => parseOptions(['--base', 'docs'], '/site'), /--base is docs, but must be a path/);
});
