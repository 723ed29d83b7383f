/** Collects garbage: what is still there afterwards is kept by something. */
import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';

/** With the flag --expose-gc. The program may define a global function of this name. */
const { gc: exposed } = globalThis;

export function collectGarbage(): void {
  if (exposed !== undefined) {
    exposed();
    return;
  }
  // Set for a moment. With the flag, realms that the program makes later keep the function.
  setFlagsFromString('--expose-gc');
  // The flag defines the function in realms that are made from now on.
  const gc: unknown = runInNewContext('gc');
  setFlagsFromString('--no-expose-gc');
  if (typeof gc === 'function') gc();
}
