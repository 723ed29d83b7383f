/** The second service of the proof. */
import { setTimeout } from 'node:timers/promises';
import { runService } from './numbered-service.js';
import { readValues } from './request-values.js';

await runService(async (_, check) => {
  await setTimeout(Math.random() * 3);
  check();
  return readValues();
});
