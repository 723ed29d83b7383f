/** A program that ends by itself, although a signal that it created in a flow would be aborted much later. */
import { AsyncLocalStorage } from 'throughline';

const storage = new AsyncLocalStorage<string>();
const signal = storage.run('flow', () => AbortSignal.timeout(1e6));
const read = () => storage.getStore();
console.log(JSON.stringify([signal.aborted, storage.run('flow', read)]));
