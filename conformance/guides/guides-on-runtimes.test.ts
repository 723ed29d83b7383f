/** Every program in the pages of `docs` that is for Bun, Deno or workerd prints what its page shows there. */
import { test } from 'node:test';
import { fileURLToPath } from 'node:url';
import { findRuntime } from '../runtimes/find-runtime.js';
import { runtimes } from '../runtimes/runtimes.js';
import { findGuides } from '../snippets/snippets.js';
import { positionOf, readGuide } from './guide-programs.js';
import { runOnRuntime, runOnWorkerd } from './run-guide-program.js';

const root = fileURLToPath(new URL('../../../', import.meta.url));
const programs = findGuides(root).flatMap((page) => readGuide(root, page).programs);

for (const name of ['bun', 'deno', 'workerd'] as const) {
  const { binary, skip } = findRuntime(runtimes[name]);
  for (const program of programs.filter(({ runsOn }) => runsOn.includes(name))) {
    const title = `${program.file} of ${positionOf(program)} prints what its page shows, on ${runtimes[name].title}`;
    test(title, { skip }, () =>
      name === 'workerd' ? runOnWorkerd(program, binary) : runOnRuntime(program, name, binary),
    );
  }
}
