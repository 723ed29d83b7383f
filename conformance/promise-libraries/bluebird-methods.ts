/** Methods of Bluebird that call functions in other ways than `then()`: each is a use of a library's promises. */
import Bluebird from 'bluebird';

type Check = () => void;

/** Calls `check` in the callbacks of a method, in the frame of which the calls of this function are made. */
export const bluebirdMethods: Readonly<
  Record<string, (check: Check, later: () => Bluebird<void>) => PromiseLike<unknown>>
> = {
  map: (check, later) => Bluebird.map([later(), later()], check),
  each: (check, later) => Bluebird.each([later(), later()], check),
  reduce: (check, later) => Bluebird.reduce([later(), later()], check as () => undefined, undefined),
  join: (check, later) => Bluebird.join(later(), later(), check),
  spread: (check, later) => (Bluebird.all([later()]) as Bluebird<unknown> as Bluebird<never[]>).spread(check),
  tap: (check, later) => later().tap(check),
  finally: (check, later) => later().finally(check),
  delay: (check, later) => later().delay(1).then(check),
  asCallback: (check, later) => new Promise<void>((resolve) => later().asCallback(() => resolve(check()))),
  coroutine: (check, later) =>
    Bluebird.coroutine(function* () {
      yield later();
      check();
      yield Bluebird.resolve();
      check();
    })(),
};
