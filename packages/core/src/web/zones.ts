/**
 * zone.js has queues of its own: one for microtasks, which it empties after each of its tasks, and its zones call code of
 * the page when a task has ended. Its tasks therefore begin in the root, and the callback of a task runs in the frame in
 * which the task was scheduled:
 *
 *     task.invoke()        root
 *       task.callback()    the frame of the call that has scheduled the task; the root for a reaction, which is bound
 *     microtasks           each as above
 *     onMicrotaskEmpty     root
 *
 * Event tasks remain as they are: their listeners run in the frame of the event.
 */
import { current } from '../engine/current.js';
import { natives } from '../engine/natives.js';
import { bindToFrame } from './bind-callback.js';
import { type NativeFunction, patchMethod } from './patch.js';

interface ZoneTask {
  readonly type: 'microTask' | 'macroTask' | 'eventTask';
  readonly source: string;
  callback: NativeFunction;
  invoke: NativeFunction;
}

/** What zone.js passes to its patches. It calls this function when it has emptied its queue: it reports rejections. */
interface ZoneApi {
  microtaskDrainDone: NativeFunction;
}

interface ZoneClass {
  readonly prototype: { readonly scheduleTask: NativeFunction };
  __load_patch(name: string, patch: (global: unknown, zone: unknown, api: ZoneApi) => void, ignoresCopies: true): void;
}

/** Patches zone.js if it is loaded. */
export function followZones(): void {
  const { Zone } = globalThis as { Zone?: ZoneClass };
  if (!Zone?.__load_patch || natives.has(Zone.prototype.scheduleTask)) return;
  patchMethod(
    'Zone.prototype',
    'scheduleTask',
    (native) =>
      ({
        scheduleTask(this: unknown, task: ZoneTask): unknown {
          if (task.type !== 'eventTask') {
            task.callback = bindToFrame(task.source === 'Promise.then' ? undefined : current.frame, task.callback);
            task.invoke = bindToFrame(undefined, task.invoke);
          }
          return native.call(this, task);
        },
      }).scheduleTask,
  );
  // zone.js also empties its queue when a flow has dispatched an event.
  Zone.__load_patch(
    'throughline',
    (_global, _zone, api) => {
      api.microtaskDrainDone = bindToFrame(undefined, api.microtaskDrainDone);
    },
    true,
  );
}
