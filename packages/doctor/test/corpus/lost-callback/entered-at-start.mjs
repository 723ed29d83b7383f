// expects: lost callback, another, line 17
/** A value is entered when the program starts, so that no request is outside of every scope. */
import { AsyncLocalStorage } from 'node:async_hooks';
import { setTimeout as wait } from 'node:timers/promises';
import fastq from 'fastq';
import { interleave } from '../flows.mjs';

const programs = new AsyncLocalStorage();
const requests = new AsyncLocalStorage();
await null;
programs.enterWith('server');
const queue = fastq((number, done) => setTimeout(done, 1, null, number), 1);
await interleave(requests, async (id) => {
  await wait(1);
  await new Promise((resolve) => {
    let tries = 0;
    queue.push(id, (_, result) => {
      tries += 1;
      resolve([requests.getStore(), result, tries]);
    });
  });
});
