/**
 * Makes sure that one process at a time installs and compiles in this checkout: `npm start` and `npm test` may be started
 * at the same time, and npm may still be removing files after Ctrl-C. The file `.runtimes/setup` has the id of the process
 * whose turn it is. A process that was killed leaves the file behind, and the next process takes its turn.
 */
import { linkSync, mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { setTimeout } from 'node:timers/promises';

const FOLDER = '.runtimes';
const FILE = `${FOLDER}/setup`;
const POLL_MS = 200;

/**
 * Waits until no other process installs or compiles in the current folder.
 * @returns {Promise<() => void>} ends the turn of this process; to be called once it is done
 */
export async function waitForTurn() {
  mkdirSync(FOLDER, { recursive: true });
  let announced;
  for (;;) {
    if (takeTurn()) {
      process.once('exit', endTurn);
      return endTurn;
    }
    const other = readProcessId();
    if (other !== undefined && !isRunning(other)) {
      rmSync(FILE, { force: true });
      continue;
    }
    if (other !== undefined && announced !== other) {
      announced = other;
      console.log(`  Waiting for process ${other}, which installs or compiles here. If it does not, delete ${FILE}.`);
    }
    await setTimeout(POLL_MS);
  }
}

/** Creates the file with its content in one step. */
function takeTurn() {
  const complete = `${FILE}-${process.pid}`;
  writeFileSync(complete, `${process.pid}`);
  try {
    linkSync(complete, FILE);
    return true;
  } catch (error) {
    if (error.code === 'EEXIST') return false;
    throw error;
  } finally {
    rmSync(complete);
  }
}

function endTurn() {
  if (readProcessId() === process.pid) rmSync(FILE);
}

/** Returns undefined if the file has just been deleted. */
function readProcessId() {
  try {
    const text = readFileSync(FILE, 'utf8');
    return /^\d+$/.test(text) ? Number(text) : 0;
  } catch (error) {
    if (error.code === 'ENOENT') return undefined;
    throw error;
  }
}

function isRunning(id) {
  if (id === 0) return false;
  try {
    process.kill(id, 0);
    return true;
  } catch (error) {
    return error.code === 'EPERM';
  }
}
