/** Remedies for functions in files of several kinds. */
import assert from 'node:assert/strict';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, test } from 'node:test';
import type { Remedy } from './finding.js';
import { placeOfFrame } from './place.js';
import { remedyForFunction } from './remedies.js';

const folder = mkdtempSync(join(tmpdir(), 'throughline-remedies-'));
after(() => rmSync(folder, { recursive: true, force: true }));

/** Writes a file, and returns the remedy for the function at the sign ¶, and the file with the remedy. */
function remedy(name: string, text: string, isVariable = false): { remedy: Remedy; code: string } {
  const file = join(folder, name);
  const code = text.replace('¶', '');
  writeFileSync(file, code);
  const before = text.slice(0, text.indexOf('¶')).split('\n');
  const line = before.length;
  const place = placeOfFrame({ file, line, column: (before.at(-1)?.length ?? 0) + 1, isAsync: false });
  const found = remedyForFunction(place, isVariable, 'onRow');
  const lines = code.split('\n');
  if (found.code !== null) lines[line - 1] = found.code;
  for (const other of found.otherLines ?? []) lines[other.line - 1] = other.code;
  return { remedy: found, code: lines.join('\n') };
}

test('a function of several lines is bound where it begins and where it ends', () => {
  const head = "import { AsyncLocalStorage } from 'node:async_hooks';\n";
  assert.equal(
    remedy('lines.mjs', `${head}run(¶async (row) => {\n  row();\n}, 1);\n`).code,
    `${head}run(AsyncLocalStorage.bind(async (row) => {\n  row();\n}), 1);\n`,
  );
});

test('what a file calls the class is used, that of Node first', () => {
  const head =
    "import { AsyncLocalStorage as Storage } from 'node:async_hooks';\nimport { AsyncLocalStorage } from 'throughline';\n";
  assert.equal(remedy('alias.mjs', `${head}run(¶() => 1);`).code, `${head}run(Storage.bind(() => 1));`);
  const ours = "import { AsyncContext } from 'throughline';\n";
  assert.equal(
    remedy('variable.mjs', `${ours}run(¶() => 1);`, true).code,
    `${ours}run(AsyncContext.Snapshot.wrap(() => 1));`,
  );
});

test('the class is imported behind directives and comments, by import or require', () => {
  assert.equal(
    remedy('module.mjs', "#!/usr/bin/env node\n// A comment.\nimport run from './run.mjs';\n\nrun(¶() => 1);\n").code,
    "#!/usr/bin/env node\n// A comment.\nimport { AsyncLocalStorage } from 'node:async_hooks';\nimport run from './run.mjs';\n\nrun(AsyncLocalStorage.bind(() => 1));\n",
  );
  assert.equal(
    remedy('script.js', "'use strict';\nconst run = require('./run');\nrun(¶function () {\n});\n").code,
    "'use strict';\nconst { AsyncLocalStorage } = require('node:async_hooks');\nconst run = require('./run');\nrun(AsyncLocalStorage.bind(function () {\n}));\n",
  );
  assert.equal(
    remedy('types.ts', "import run from './run.ts';\nrun(¶<T>(row: T): T => row);\n").code,
    "import { AsyncLocalStorage } from 'node:async_hooks';\nimport run from './run.ts';\nrun(AsyncLocalStorage.bind(<T>(row: T): T => row));\n",
  );
});

test('the method of an object becomes a bound function; one that uses super is only described', () => {
  const head = "import { AsyncLocalStorage } from 'node:async_hooks';\n";
  assert.equal(
    remedy('method.mjs', `${head}run({ ¶async onRow(row) {\n  row();\n} });\n`).code,
    `${head}run({ onRow: AsyncLocalStorage.bind(async function (row) {\n  row();\n}) });\n`,
  );
  const { remedy: described } = remedy('super.mjs', `${head}run({ ¶onRow() { super.onRow(); } });\n`);
  assert.deepEqual(described, { text: 'hand on AsyncLocalStorage.bind(onRow) instead of onRow', code: null });
});

test('a declared function, and a file that does not compile, are only described', () => {
  const described = { text: 'hand on AsyncLocalStorage.bind(onRow) instead of onRow', code: null };
  assert.deepEqual(remedy('declared.mjs', '¶function onRow() {}').remedy, described);
  assert.deepEqual(remedy('broken.mjs', 'const = 1;\nrun(¶() => 1);').remedy, described);
});
