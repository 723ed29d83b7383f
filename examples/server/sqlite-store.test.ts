/** The SQLite store, with each driver that this Node has, and with several real processes. */
import assert from 'node:assert/strict';
import { type ChildProcess, execFile, spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, readdir, rm, stat, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, describe, it } from 'node:test';
import { setTimeout } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { sessions } from '@throughline/request/sessions';
import type { SqliteDriver } from './sqlite-driver.js';
import { SqliteStore } from './sqlite-store.js';
import { availableDrivers } from './test/sqlite-drivers.js';

const folder = await mkdtemp(join(tmpdir(), 'throughline-test-'));
after(() => rm(folder, { recursive: true, force: true }));
let files = 0;
const newFile = () => join(folder, `${++files}.sqlite`);

const timeLimit = { timeout: 60_000 };

/** Runs `use` with a new store, and closes it. */
async function withStore(driver: SqliteDriver, use: (store: SqliteStore, file: string) => Promise<void>) {
  const file = newFile();
  const store = await SqliteStore.open(driver, file);
  try {
    await use(store, file);
  } finally {
    await store.disconnect();
  }
}

function startWriter(file: string, driver: SqliteDriver, key: string, times: number): ChildProcess {
  const script = fileURLToPath(new URL('test/session-writer.js', import.meta.url));
  return spawn(process.execPath, [script, file, driver.name, key, `${times}`], {
    stdio: ['ignore', 'pipe', 'inherit'],
  });
}

async function readEntries(file: string, driver: SqliteDriver, keys: readonly string[]): Promise<unknown[]> {
  const script = fileURLToPath(new URL('test/session-reader.js', import.meta.url));
  const { stdout } = await promisify(execFile)(process.execPath, [script, file, driver.name, ...keys]);
  return JSON.parse(stdout);
}

/** Returns the last number that a writer printed, so far. */
function lastSave(writer: ChildProcess): () => number {
  let output = '';
  writer.stdout?.setEncoding('utf8').on('data', (text: string) => {
    output += text;
  });
  // Only complete lines: `kill -9` can cut the last one.
  return () => Number(output.split('\n').at(-2) ?? 0);
}

const drivers = await availableDrivers();

for (const driver of drivers) {
  describe(`the SQLite store on ${driver.name}`, timeLimit, () => {
    it('compares and sets', () =>
      withStore(driver, async (store) => {
        assert.equal(await store.compareAndSet('s:1', 'a', 'b', 1000), false, 'no entry');
        assert.equal(await store.compareAndSet('s:1', 'a', undefined, 0), false);
        assert.equal(await store.compareAndSet('s:1', undefined, 'a', 1000), true);
        assert.equal(await store.compareAndSet('s:1', undefined, 'b', 1000), false, 'an entry exists');
        assert.equal(await store.compareAndSet('s:1', 'a', "b'; --", 1000), true);
        assert.equal(await store.get('s:1'), "b'; --");
        assert.equal(await store.compareAndSet('s:1', 'a', undefined, 0), false, 'another entry');
        assert.equal(await store.compareAndSet('s:1', "b'; --", undefined, 0), true);
        assert.equal(await store.get('s:1'), undefined);
      }));

    it('does what Keyv expects of an adapter', () =>
      withStore(driver, async (store) => {
        await store.set('s:1', 'a');
        await store.set('s:1', 'b', 60_000);
        assert.equal(await store.get('s:1'), 'b');
        assert.deepEqual([await store.delete('s:1'), await store.delete('s:1')], [true, false]);
        store.namespace = 's';
        await Promise.all(['s:1', 's:2', 't:1'].map((key) => store.set(key, 'x')));
        await store.clear();
        assert.deepEqual(await Promise.all(['s:1', 's:2', 't:1'].map((key) => store.get(key))), [
          undefined,
          undefined,
          'x',
        ]);
      }));

    it('does not return expired entries, replaces them, and deletes those of one prefix', () =>
      withStore(driver, async (store, file) => {
        for (const key of ['s:1', 's:2', 't:1']) await store.set(key, 'x', 1);
        await store.set('s:3', 'x', 60_000);
        await setTimeout(5);
        assert.equal(await store.get('s:1'), undefined);
        assert.equal(await store.compareAndSet('s:1', undefined, 'y', 60_000), true);
        await store.deleteExpired('s:');
        const database = driver.open(file);
        const { keys } = database.prepare('SELECT group_concat(key) AS keys FROM entries').get() as { keys: string };
        database.close();
        assert.deepEqual(keys.split(',').sort(), ['s:1', 's:3', 't:1']);
      }));

    it('creates files that no other user can access, also if the file existed', async () => {
      const file = newFile();
      await writeFile(file, '', { mode: 0o644 });
      const store = await SqliteStore.open(driver, file);
      await store.set('s:1', 'x');
      const names = (await readdir(folder)).filter((name) => join(folder, name).startsWith(file));
      assert.ok(names.includes(`${files}.sqlite-wal`), `${names}`);
      for (const name of names) assert.equal((await stat(join(folder, name))).mode & 0o777, 0o600, name);
      await store.disconnect();
    });

    it('waits for the writer of another connection without blocking the process', () =>
      withStore(driver, async (store, file) => {
        const writer = driver.open(file);
        writer.exec('BEGIN IMMEDIATE');
        let isDone = false;
        const set = store.set('s:1', 'x').then(() => {
          isDone = true;
        });
        const started = performance.now();
        await setTimeout(50);
        assert.ok(performance.now() - started < 1000, 'the process is blocked');
        assert.equal(isDone, false);
        assert.equal(await store.get('s:1'), undefined, 'a reader does not wait');
        writer.exec('COMMIT');
        writer.close();
        await set;
        assert.equal(await store.get('s:1'), 'x');
      }));

    it('rejects a file that is not a database', async () => {
      const file = newFile();
      await writeFile(file, 'not a database. '.repeat(100));
      await assert.rejects(SqliteStore.open(driver, file), /file is not a database/);
    });

    it('is known to sessions as a store that processes can share', () =>
      withStore(driver, async (store) => {
        const lines: string[] = [];
        const log = { warn: (line: string) => lines.push(line), error: (line: string) => lines.push(line) };
        sessions({ secret: 'a secret of thirty-two characters', store, log });
        assert.deepEqual(lines, []);
      }));

    it('loses no change of two processes', async () => {
      const file = newFile();
      const writers = [1, 2].map(() => startWriter(file, driver, 's:shared', 200));
      const saves = writers.map(lastSave);
      const codes = await Promise.all(writers.map((writer) => once(writer, 'close')));
      assert.equal(Math.max(...saves.map((save) => save())), 400);
      assert.deepEqual(
        codes.map(([code]) => code),
        [0, 0],
      );
      const store = await SqliteStore.open(driver, file);
      assert.equal(await store.get('s:shared'), '400');
      await store.disconnect();
    });

    for (const next of drivers) {
      it(`has every completed change after kill -9 of two processes that were writing, read on ${next.name}`, async () => {
        const file = newFile();
        const keys = ['s:1', 's:2'];
        let stored = [0, 0];
        for (let round = 0; round < 3; round++) {
          const writers = keys.map((key) => startWriter(file, driver, key, 0));
          const saves = writers.map(lastSave);
          while (saves.some((save, index) => save() <= (stored[index] ?? 0))) await setTimeout(5);
          await setTimeout(100);
          for (const writer of writers) writer.kill('SIGKILL');
          await Promise.all(writers.map((writer) => once(writer, 'close')));
          stored = (await readEntries(file, next, keys)).map(Number);
          for (const [index, save] of saves.entries()) {
            // The change that was being made may be there or not.
            const missing = save() - (stored[index] ?? 0);
            assert.ok(missing === 0 || missing === -1, `${keys[index]}: ${stored[index]}, printed: ${save()}`);
          }
        }
      });
    }
  });
}
