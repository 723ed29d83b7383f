/** Waits for findings about values that outlive their flow. */
import { setTimeout as wait } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import { findings } from '@throughline/doctor';

/** Resolves when a program has such a finding, or after ten seconds without one. */
export async function untilOutlived(url) {
  const file = fileURLToPath(url);
  for (let i = 0; i < 500; i++) {
    if (findings().some(({ kind, places: [place] }) => kind === 'outlived frame' && place?.file === file)) return;
    await wait(20);
  }
}

/** Resolves after several times the limit that the corpus is run with. */
export async function whileOpen() {
  for (let i = 0; i < 5; i++) {
    await wait(30);
    findings();
  }
}
