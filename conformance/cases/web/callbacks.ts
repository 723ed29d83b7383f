import type { Chapter } from '../../case.js';
import { equal } from '../../expect.js';
import { Absent, type Feature, needing } from '../../features.js';
import { eachCall, eachFlow } from '../../flows.js';
import { silence } from './silence.js';

/** How long a browser is waited for that may be waiting for its user. */
const PATIENCE_MS = 2000;

/** Some browsers without a window refuse at once what others would ask the user for. */
function answered(name: string, ask: (answer: () => void) => unknown): Feature {
  return {
    name: `answer to ${name} without the user`,
    attempt: () =>
      new Promise<void>((resolve, reject) => {
        setTimeout(() => reject(new Error('no answer')), PATIENCE_MS);
        ask(resolve);
      }),
  };
}

const permission = answered('Notification.requestPermission', (answer) => Notification.requestPermission(answer));
const position = answered('getCurrentPosition', (answer) => navigator.geolocation.getCurrentPosition(answer, answer));

export const webCallbacks: Chapter = {
  title: 'Web: completion callbacks',
  cases: [
    {
      name: 'The toBlob() callback of a canvas runs in the frame of the call',
      needs: ['document'],
      run: (implementation) =>
        eachCall(implementation, (callback) => document.createElement('canvas').toBlob(() => callback())),
    },
    {
      name: 'The decodeAudioData() callbacks and the code that awaits its promise run in the frame of the call',
      needs: ['OfflineAudioContext'],
      run: (implementation) =>
        eachFlow(implementation, async (look) => {
          const context = new OfflineAudioContext(1, 1, 8000);
          await context.decodeAudioData(silence(0.1), () => look('when it is done'));
          look('after decodeAudioData');
          await context
            .decodeAudioData(
              new ArrayBuffer(4),
              () => {},
              () => look('when it has failed'),
            )
            .catch(() => {});
          look('at the end');
        }),
    },
    {
      name: 'The getAsString() callback of a DataTransferItem runs in the frame of the call',
      needs: ['document', 'DataTransfer'],
      async run(implementation) {
        const transfer = new DataTransfer();
        const item = transfer.items.add('text', 'text/plain');
        if (item === null) throw new Error('the item was not added');
        await eachCall(implementation, (callback) => item.getAsString(() => callback()));
      },
    },
    ...needing(permission, [
      {
        name: 'The Notification.requestPermission() callback runs in the frame of the call',
        needs: ['document', 'Notification'],
        run: (implementation) =>
          eachCall(implementation, (callback) => void Notification.requestPermission(() => callback())),
      },
    ]),
    {
      name: 'The navigator.locks.request() callback and the code that awaits the request run in the frame of the call',
      needs: ['document', 'LockManager'],
      run: (implementation) =>
        eachFlow(implementation, async (look) => {
          const result = await navigator.locks.request('throughline', async () => {
            look('with the lock');
            await new Promise((resolve) => setTimeout(resolve, 1));
            look('still with the lock');
            return 'result';
          });
          look('after the lock');
          equal(result, 'result');
          await navigator.locks.request('throughline', { mode: 'shared' }, () => look('with a shared lock'));
        }),
    },
    {
      name: 'The startViewTransition() callback and the code that awaits its promises run in the frame of the call',
      needs: ['document', 'ViewTransition'],
      async run({ AsyncLocalStorage }) {
        const storage = new AsyncLocalStorage<string>();
        const seen: string[] = [];
        await storage.run('flow', async () => {
          const transition = document.startViewTransition(() => {
            seen.push(`callback in ${storage.getStore()}`);
          });
          transition.ready.catch(() => {});
          await transition.updateCallbackDone;
          seen.push(`after it in ${storage.getStore()}`);
          transition.skipTransition();
          await transition.finished;
          seen.push(`at the end in ${storage.getStore()}`);
        });
        equal(seen, ['callback in flow', 'after it in flow', 'at the end in flow']);
      },
    },
    {
      name: 'The callbacks of file system entries run in the frame of the call',
      needs: ['document', 'FileSystemFileEntry'],
      async run(implementation) {
        const transfer = new DataTransfer();
        transfer.items.add(new File(['text'], 'throughline.txt'));
        const entry = transfer.items[0]?.webkitGetAsEntry?.();
        if (!entry) throw new Absent('no entry without a file of the user');
        await eachFlow(
          implementation,
          (look) =>
            new Promise<void>((resolve) => {
              // A browser may have the entry of a file that a script has added, and not the file.
              const gotParent = () => {
                look('getParent');
                resolve();
              };
              const gotFile = () => {
                look('file');
                entry.getParent(gotParent, gotParent);
              };
              (entry as FileSystemFileEntry).file(gotFile, gotFile);
            }),
        );
      },
    },
    ...needing(position, [
      {
        name: 'The callbacks of geolocation run in the frame of the call',
        needs: ['document', 'Geolocation'],
        async run(implementation) {
          await eachCall(implementation, (callback) =>
            navigator.geolocation.getCurrentPosition(
              () => callback(),
              () => callback(),
            ),
          );
          await eachCall(implementation, (callback) => {
            const done = () => {
              navigator.geolocation.clearWatch(watch);
              callback();
            };
            const watch = navigator.geolocation.watchPosition(done, done);
          });
        },
      },
    ]),
  ],
};
