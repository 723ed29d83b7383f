/** The file of a pool of threads. */
import { taskHandler } from '@throughline/propagation/piscina';
import { Piscina } from 'piscina';
import { readValues, tenant } from './declared-values.js';

export const read = taskHandler(async (task) => {
  await undefined;
  return readValues(task);
});

export const move = taskHandler((buffer: ArrayBuffer): unknown => Piscina.move(buffer));

export const byteLength = taskHandler((buffer: ArrayBuffer) => buffer.byteLength);

export const fail = taskHandler(async () => {
  await undefined;
  throw new Error(`expected: ${tenant.get()}`);
});
