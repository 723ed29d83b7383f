/**
 * Uses Node's classes where those of this package are expected, and the reverse. The test `src/node-types.test.ts`
 * compiles this file with several versions of `@types/node`, and each of them must accept it.
 */
import * as node from 'node:async_hooks';
import { AsyncLocalStorage, AsyncResource } from 'throughline';

interface User {
  name: string;
}

const guest: User = { name: 'guest' };
const ours = new AsyncLocalStorage<User>();
const oursWithDefault = new AsyncLocalStorage({ defaultValue: guest });
const theirs = new node.AsyncLocalStorage<User>();
class OurSubclass extends AsyncLocalStorage<User> {}
class TheirSubclass extends node.AsyncLocalStorage<User> {}

// Variables.
export const assigned: [AsyncLocalStorage<User>, AsyncLocalStorage<User>, AsyncLocalStorage<User>] = [
  theirs,
  new TheirSubclass(),
  oursWithDefault,
];
export const assignedToNode: node.AsyncLocalStorage<User>[] = [ours, new OurSubclass(), oursWithDefault];

// Parameters.
function takeOurs(storage: AsyncLocalStorage<User>, resource: AsyncResource): User | undefined {
  return storage.run(guest, (_name: string) => resource.runInAsyncScope(() => storage.getStore()), guest.name);
}
function takeTheirs(storage: node.AsyncLocalStorage<User>, resource: node.AsyncResource): User | undefined {
  return storage.run(guest, (_name: string) => resource.runInAsyncScope(() => storage.getStore()), guest.name);
}
takeOurs(theirs, new node.AsyncResource('Test'));
takeTheirs(ours, new AsyncResource('Test'));
takeTheirs(oursWithDefault, new AsyncResource('Test'));

// Generic functions and containers: the type of the value is inferred.
function readOurs<T>(storage: AsyncLocalStorage<T>): T | undefined {
  return storage.getStore();
}
function readTheirs<T>(storage: node.AsyncLocalStorage<T>): T | undefined {
  return storage.getStore();
}
export const inferred: (User | undefined)[] = [readOurs(theirs), readTheirs(ours), readTheirs(oursWithDefault)];
export const inContainers: [Map<string, AsyncLocalStorage<User>>, Map<string, node.AsyncLocalStorage<User>>] = [
  new Map([['theirs', theirs]]),
  new Map([['ours', ours]]),
];
function preserve<S extends node.AsyncLocalStorage<User>>(storage: S): S {
  return storage;
}
export const preserved: OurSubclass = preserve(new OurSubclass());

// Classes, as in code that receives one of them.
export const storageClass: typeof node.AsyncLocalStorage = AsyncLocalStorage;
export const resourceClasses: [typeof AsyncResource, typeof node.AsyncResource] = [node.AsyncResource, AsyncResource];
class Job extends AsyncResource {}
export const jobs: [node.AsyncResource, AsyncResource] = [new Job('Job'), new node.AsyncResource('Job')];

// What the constructor returns has the members of the latest Node, whatever the types of Node declare.
export const storageName: string = ours.name;
ours.withScope(guest).dispose();
new OurSubclass().withScope(guest).dispose();

// @ts-expect-error the types of the values differ
export const wrong: AsyncLocalStorage<number> = theirs;
// @ts-expect-error the types of the values differ
export const wrongForNode: node.AsyncLocalStorage<number> = ours;
