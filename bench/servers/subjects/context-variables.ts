/** `AsyncContext.Variable` of Throughline. No runtime has one yet, so its peer is the runtime's own AsyncLocalStorage. */
import { AsyncContext } from 'throughline';
import type { Storage, Subject } from '../../suite/subject.js';

class VariableStorage extends AsyncContext.Variable<object, undefined> implements Storage {
  declare getStore: () => unknown;
}
// The method itself, because a method that calls it would be part of the timed operation.
VariableStorage.prototype.getStore = AsyncContext.Variable.prototype.get;

export const subject: Subject = { isTracking: true, makeStorage: () => new VariableStorage() };
