/** Libraries with a promise class of their own. Most of them call the reactions of many promises in one job. */
import Bluebird from 'bluebird';
import es6Promise from 'es6-promise';
import ThenPromise from 'promise';
import PromisePolyfill from 'promise-polyfill';
import Q from 'q';
import RSVP from 'rsvp';
import when from 'when';

type Executor = (resolve: (value?: unknown) => void, reject: (reason: unknown) => void) => void;

/** The methods that all of them have. */
export interface LibraryPromise {
  then(onFulfilled?: () => unknown, onRejected?: () => unknown): LibraryPromise;
  catch(onRejected: () => unknown): LibraryPromise;
  finally(onFinally: () => unknown): LibraryPromise;
}

/** Creates a promise of each library, by the name of the package. */
export const promiseLibraries: Readonly<Record<string, (executor: Executor) => LibraryPromise>> = {
  bluebird: (executor) => new Bluebird(executor) as unknown as LibraryPromise,
  'es6-promise': (executor) => new es6Promise.Promise(executor) as unknown as LibraryPromise,
  promise: (executor) => new ThenPromise(executor) as unknown as LibraryPromise,
  'promise-polyfill': (executor) => new PromisePolyfill(executor) as unknown as LibraryPromise,
  q: (executor) => Q.Promise(executor) as unknown as LibraryPromise,
  rsvp: (executor) => new RSVP.Promise(executor) as unknown as LibraryPromise,
  when: (executor) => when.promise(executor) as unknown as LibraryPromise,
};
