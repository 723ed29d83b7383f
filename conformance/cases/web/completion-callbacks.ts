import { equal } from '../../assert.js';
import type { Chapter } from '../../case.js';
import { assertCallbackKeepsFrame, assertFlowsKeepFrame } from '../../concurrent-flows.js';
import { AbsentFeatureError, casesRequiring, type Feature } from '../../features.js';
import { silentWav } from './silent-wav.js';

/** After this time, a browser counts as waiting for the user. */
const USER_PROMPT_TIMEOUT_MS = 2000;

/**
 * A permission request that a browser decides without the user. Some headless browsers reject such a request
 * immediately; others show a prompt.
 */
function decidedWithoutUser(name: string, request: (decided: () => void) => unknown): Feature {
  return {
    name: `${name} without the user`,
    probe: () =>
      new Promise<void>((resolve, reject) => {
        setTimeout(() => reject(new Error('no decision')), USER_PROMPT_TIMEOUT_MS);
        request(resolve);
      }),
  };
}

const permission = decidedWithoutUser('Notification.requestPermission', (decided) =>
  Notification.requestPermission(decided),
);
const position = decidedWithoutUser('getCurrentPosition', (decided) =>
  navigator.geolocation.getCurrentPosition(decided, decided),
);

export const completionCallbacks: Chapter = {
  title: 'Web: completion callbacks',
  cases: [
    {
      name: 'The toBlob() callback of a canvas runs in the frame of the call',
      needs: ['document'],
      run: (implementation) =>
        assertCallbackKeepsFrame(implementation, (callback) =>
          document.createElement('canvas').toBlob(() => callback()),
        ),
    },
    {
      name: 'The decodeAudioData() callbacks and the code that awaits its promise run in the frame of the call',
      needs: ['OfflineAudioContext'],
      run: (implementation) =>
        assertFlowsKeepFrame(implementation, async (check) => {
          const context = new OfflineAudioContext(1, 1, 8000);
          await context.decodeAudioData(silentWav(0.1), () => check('the success callback'));
          check('after decodeAudioData');
          await context
            .decodeAudioData(
              new ArrayBuffer(4),
              () => {},
              () => check('the error callback'),
            )
            .catch(() => {});
          check('at the end');
        }),
    },
    {
      name: 'The getAsString() callback of a DataTransferItem runs in the frame of the call',
      needs: ['document', 'DataTransfer'],
      async run(implementation) {
        const transfer = new DataTransfer();
        const item = transfer.items.add('text', 'text/plain');
        if (item === null) throw new Error('the item was not added');
        await assertCallbackKeepsFrame(implementation, (callback) => item.getAsString(() => callback()));
      },
    },
    ...casesRequiring(permission, [
      {
        name: 'The Notification.requestPermission() callback runs in the frame of the call',
        needs: ['document', 'Notification'],
        run: (implementation) =>
          assertCallbackKeepsFrame(implementation, (callback) => void Notification.requestPermission(() => callback())),
      },
    ]),
    {
      name: 'The navigator.locks.request() callback and the code that awaits the request run in the frame of the call',
      needs: ['document', 'LockManager'],
      run: (implementation) =>
        assertFlowsKeepFrame(implementation, async (check) => {
          const result = await navigator.locks.request('throughline', async () => {
            check('with the lock');
            await new Promise((resolve) => setTimeout(resolve, 1));
            check('still with the lock');
            return 'result';
          });
          check('after the lock');
          equal(result, 'result');
          await navigator.locks.request('throughline', { mode: 'shared' }, () => check('with a shared lock'));
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
          seen.push(`after the callback in ${storage.getStore()}`);
          transition.skipTransition();
          await transition.finished;
          seen.push(`at the end in ${storage.getStore()}`);
        });
        equal(seen, ['callback in flow', 'after the callback in flow', 'at the end in flow']);
      },
    },
    {
      name: 'The callbacks of file system entries run in the frame of the call',
      needs: ['document', 'FileSystemFileEntry'],
      async run(implementation) {
        const transfer = new DataTransfer();
        transfer.items.add(new File(['text'], 'throughline.txt'));
        const entry = transfer.items[0]?.webkitGetAsEntry?.();
        if (!entry) throw new AbsentFeatureError('no entry of a file that a script has added');
        await assertFlowsKeepFrame(
          implementation,
          (check) =>
            new Promise<void>((resolve) => {
              // A browser may have the entry of a file that a script has added without having the file.
              const gotParent = () => {
                check('getParent');
                resolve();
              };
              const gotFile = () => {
                check('file');
                entry.getParent(gotParent, gotParent);
              };
              (entry as FileSystemFileEntry).file(gotFile, gotFile);
            }),
        );
      },
    },
    ...casesRequiring(position, [
      {
        name: 'The callbacks of geolocation run in the frame of the call',
        needs: ['document', 'Geolocation'],
        async run(implementation) {
          await assertCallbackKeepsFrame(implementation, (callback) =>
            navigator.geolocation.getCurrentPosition(
              () => callback(),
              () => callback(),
            ),
          );
          await assertCallbackKeepsFrame(implementation, (callback) => {
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
