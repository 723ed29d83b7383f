/** A worker that exposes functions with Comlink. */
import { endpoint } from '@throughline/propagation/comlink';
import { expose } from 'comlink';
import { readUser } from './page-values.js';

expose(
  {
    read: readUser,
    fail() {
      throw new Error('expected');
    },
    byteLength: (buffer: ArrayBuffer) => buffer.byteLength,
  },
  endpoint(self as unknown as Worker),
);
