/** Methods of Bluebird that call functions in other ways than `then()`: each is a use of a library's promises. */
import type Bluebird from 'bluebird';

type Check = () => void;

/** Calls `check` in the callbacks of a method, in the frame of which the calls of this function are made. */
type CallMethod = (check: Check, later: () => Bluebird<void>) => PromiseLike<unknown>;

/** @param library the class of the library, or of a copy of it */
export const createBluebirdMethods = (library: typeof Bluebird): Readonly<Record<string, CallMethod>> => ({
  map: (check, later) => library.map([later(), later()], check),
  each: (check, later) => library.each([later(), later()], check),
  reduce: (check, later) => library.reduce([later(), later()], check as () => undefined, undefined),
  join: (check, later) => library.join(later(), later(), check),
  spread: (check, later) => (library.all([later()]) as Bluebird<unknown> as Bluebird<never[]>).spread(check),
  tap: (check, later) => later().tap(check),
  finally: (check, later) => later().finally(check),
  delay: (check, later) => later().delay(1).then(check),
  asCallback: (check, later) => new Promise<void>((resolve) => later().asCallback(() => resolve(check()))),
  coroutine: (check, later) =>
    library.coroutine(function* () {
      yield later();
      check();
      yield library.resolve();
      check();
      try {
        yield library.reject(new Error('rejected'));
      } catch {
        check();
      }
    })(),
});
