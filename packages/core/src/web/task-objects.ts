/**
 * Rule 4, for objects other than elements: requests, readers, database requests, sockets, workers, notifications,
 * animations. The task starts when the object is constructed, when a method returns it, or when one of its methods is
 * called.
 */
import { type CallWrapper, wrapConstructor, wrapMembers } from './patch.js';
import { TASK_CONSTRUCTORS, type TaskKind } from './platform-apis.js';
import { taskFactories, taskStarters } from './platform-patterns.js';
import { startTask } from './task-frames.js';

const startTaskOfResult: CallWrapper = (call, self) => {
  const result = call();
  if (result instanceof EventTarget) startTask(result);
  // A cursor that advances fires another event at the request that returned it.
  else if (self instanceof IDBCursor) startTask(self.request);
  return result;
};

const startTaskOfTarget: CallWrapper = (call, self, _args, _key, kind) => {
  startTask(self as object, kind as TaskKind, true);
  // The end of the upload is not listened for: a listener would make the request send a CORS preflight.
  // https://xhr.spec.whatwg.org/#upload-listener-flag
  const { upload } = self as Partial<XMLHttpRequest>;
  if (upload !== undefined) startTask(upload);
  return call();
};

/** Patches the constructors and methods that start a task of such an object. */
export function patchTaskObjects(): void {
  wrapMembers(taskFactories, startTaskOfResult);
  wrapMembers(taskStarters, startTaskOfTarget);
  for (const className of TASK_CONSTRUCTORS.split(' ')) {
    wrapConstructor(className, (construct) => {
      const object = construct();
      startTask(object);
      return object;
    });
  }
}
