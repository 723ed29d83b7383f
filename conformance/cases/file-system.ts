import { equal } from '../assert.js';
import type { Chapter } from '../case.js';
import { assertCallbackKeepsFrame, assertFlowsKeepFrame } from '../concurrent-flows.js';
import { casesRequiring, fileWatchers } from '../features.js';

export const fileSystem: Chapter = {
  title: 'Rule 3: file system',
  cases: [
    {
      name: 'The fs.readFile() callback runs in the frame of the call',
      needs: ['node:fs', 'node:os'],
      run: (implementation) =>
        withFolder(async (folder) => {
          const fs = await import('node:fs');
          fs.writeFileSync(`${folder}/file`, 'text');
          await assertCallbackKeepsFrame(implementation, (callback) => fs.readFile(`${folder}/file`, callback));
        }),
    },
    {
      name: 'The fs.writeFile() and appendFile() callbacks run in the frame of the call',
      needs: ['node:fs', 'node:os'],
      run: (implementation) =>
        withFolder(async (folder) => {
          const fs = await import('node:fs');
          await assertCallbackKeepsFrame(implementation, (callback) =>
            fs.writeFile(`${folder}/file`, 'text', callback),
          );
          await assertCallbackKeepsFrame(implementation, (callback) =>
            fs.appendFile(`${folder}/file`, 'text', callback),
          );
        }),
    },
    {
      name: 'The fs.stat(), lstat(), access(), realpath() and readdir() callbacks run in the frame of the call',
      needs: ['node:fs', 'node:os'],
      run: (implementation) =>
        withFolder(async (folder) => {
          const fs = await import('node:fs');
          for (const call of [fs.stat, fs.lstat, fs.access, fs.realpath, fs.readdir]) {
            await assertCallbackKeepsFrame(implementation, (callback) => call(folder, callback));
          }
        }),
    },
    {
      name: 'Nested fs.open(), write(), read(), fstat() and close() callbacks keep the frame',
      needs: ['node:fs', 'node:os'],
      run: (implementation) =>
        withFolder(async (folder) => {
          const fs = await import('node:fs');
          let files = 0;
          await assertFlowsKeepFrame(
            implementation,
            (check) =>
              new Promise<void>((resolve, reject) => {
                const next =
                  <A extends unknown[]>(where: string, step: (...args: A) => void) =>
                  (error: unknown, ...args: A) => {
                    check(where);
                    if (error) reject(error);
                    else step(...args);
                  };
                const buffer = new Uint8Array(4);
                fs.open(
                  `${folder}/${files++}`,
                  'w+',
                  next('open', (file: number) =>
                    fs.write(
                      file,
                      'text',
                      next('write', () =>
                        fs.read(
                          file,
                          buffer,
                          0,
                          4,
                          0,
                          next('read', () =>
                            fs.fstat(
                              file,
                              next('fstat', () => fs.close(file, next('close', resolve))),
                            ),
                          ),
                        ),
                      ),
                    ),
                  ),
                );
              }),
          );
        }),
    },
    {
      name: 'The fs.cp() and rm() callbacks run in the frame of the call',
      needs: ['node:fs', 'node:os'],
      run: (implementation) =>
        withFolder(async (folder) => {
          const fs = await import('node:fs');
          fs.mkdirSync(`${folder}/from/inner`, { recursive: true });
          fs.writeFileSync(`${folder}/from/inner/file`, 'text');
          let copies = 0;
          await assertFlowsKeepFrame(implementation, async (check) => {
            const to = `${folder}/to${copies++}`;
            await new Promise<void>((resolve, reject) => {
              fs.cp(`${folder}/from`, to, { recursive: true }, (error) => {
                check('cp');
                if (error) reject(error);
                else resolve();
              });
            });
            await new Promise<void>((resolve, reject) => {
              fs.rm(to, { recursive: true }, (error) => {
                check('rm');
                if (error) reject(error);
                else resolve();
              });
            });
          });
        }),
    },
    {
      name: 'An fs callback that receives an error runs in the frame of the call',
      needs: ['node:fs', 'node:os'],
      run: (implementation) =>
        withFolder(async (folder) => {
          const fs = await import('node:fs');
          await assertFlowsKeepFrame(
            implementation,
            (check) =>
              new Promise<void>((resolve, reject) => {
                fs.readFile(`${folder}/missing`, (error) => {
                  check('readFile');
                  if (error) resolve();
                  else reject(new Error('expected an error'));
                });
              }),
          );
        }),
    },
    {
      name: 'Awaiting fs/promises operations keeps the frame, including after a rejection',
      needs: ['node:fs/promises', 'node:os'],
      run: (implementation) =>
        withFolder(async (folder) => {
          const fs = await import('node:fs/promises');
          let files = 0;
          await assertFlowsKeepFrame(implementation, async (check) => {
            const path = `${folder}/${files++}`;
            await fs.writeFile(path, 'text').then(() => check('writeFile'));
            equal(await fs.readFile(path, 'utf8'), 'text');
            check('after readFile');
            await fs.rm(path).then(() => check('rm'));
            await fs.stat(path).then(undefined, () => check('stat of a missing file'));
          });
        }),
    },
    {
      name: 'Awaiting the reads and writes of a FileHandle keeps the frame',
      needs: ['node:fs/promises', 'node:os'],
      run: (implementation) =>
        withFolder(async (folder) => {
          const fs = await import('node:fs/promises');
          let files = 0;
          await assertFlowsKeepFrame(implementation, async (check) => {
            const file = await fs.open(`${folder}/${files++}`, 'w+');
            check('after open');
            try {
              await file.write('text');
              check('after write');
              await file.read(new Uint8Array(4), 0, 4, 0);
              check('after read');
            } finally {
              await file.close();
            }
            check('after close');
          });
        }),
    },
    {
      name: 'A for await loop over the lines of a file keeps its frame',
      needs: ['node:fs/promises', 'node:os'],
      run: (implementation) =>
        withFolder(async (folder) => {
          const fs = await import('node:fs/promises');
          await fs.writeFile(`${folder}/file`, 'one\ntwo\nthree\n');
          await assertFlowsKeepFrame(implementation, async (check) => {
            const file = await fs.open(`${folder}/file`);
            try {
              for await (const line of file.readLines()) check(line);
            } finally {
              await file.close();
            }
          });
        }),
    },
    {
      name: 'The listeners of fs.createReadStream() run in the frame of the call',
      needs: ['node:fs', 'node:os'],
      run: (implementation) =>
        withFolder(async (folder) => {
          const fs = await import('node:fs');
          fs.writeFileSync(`${folder}/file`, 'some text');
          await assertFlowsKeepFrame(
            implementation,
            (check) =>
              new Promise<void>((resolve, reject) => {
                const stream = fs.createReadStream(`${folder}/file`, { highWaterMark: 4 });
                for (const event of ['open', 'data', 'end']) stream.on(event, () => check(event));
                stream.on('error', reject);
                stream.on('close', () => {
                  check('close');
                  resolve();
                });
              }),
          );
        }),
    },
    {
      name: 'The listeners and callbacks of fs.createWriteStream() run in the frame of the call',
      needs: ['node:fs', 'node:os'],
      run: (implementation) =>
        withFolder(async (folder) => {
          const fs = await import('node:fs');
          let files = 0;
          await assertFlowsKeepFrame(
            implementation,
            (check) =>
              new Promise<void>((resolve, reject) => {
                const stream = fs.createWriteStream(`${folder}/${files++}`);
                for (const event of ['open', 'finish']) stream.on(event, () => check(event));
                stream.on('error', reject);
                stream.on('close', () => {
                  check('close');
                  resolve();
                });
                stream.write('some', () => check('write'));
                stream.end('text', () => check('end'));
              }),
          );
        }),
    },
    {
      name: 'A for await loop over a file read stream keeps its frame',
      needs: ['node:fs', 'node:os'],
      run: (implementation) =>
        withFolder(async (folder) => {
          const fs = await import('node:fs');
          fs.writeFileSync(`${folder}/file`, 'some text');
          await assertFlowsKeepFrame(implementation, async (check) => {
            for await (const chunk of fs.createReadStream(`${folder}/file`, { highWaterMark: 4 })) {
              check(`chunk ${chunk}`);
            }
            check('after the loop');
          });
        }),
    },
    {
      name: 'The callbacks of fs.opendir() and of read() and close() of the directory run in the frame of the call',
      needs: ['node:fs', 'node:os'],
      run: (implementation) =>
        withFolder(async (folder) => {
          const fs = await import('node:fs');
          fs.writeFileSync(`${folder}/file`, 'text');
          await assertFlowsKeepFrame(
            implementation,
            (check) =>
              new Promise<void>((resolve, reject) => {
                fs.opendir(folder, (error, directory) => {
                  check('opendir');
                  if (error) return reject(error);
                  directory.read((error) => {
                    check('read');
                    if (error) return reject(error);
                    directory.close((error) => {
                      check('close');
                      if (error) reject(error);
                      else resolve();
                    });
                  });
                });
              }),
          );
        }),
    },
    {
      name: 'A for await loop over a directory keeps its frame',
      needs: ['node:fs', 'node:os'],
      run: (implementation) =>
        withFolder(async (folder) => {
          const fs = await import('node:fs');
          for (const name of ['one', 'two', 'three']) fs.writeFileSync(`${folder}/${name}`, '');
          await assertFlowsKeepFrame(implementation, async (check) => {
            for await (const entry of await fs.promises.opendir(folder)) check(entry.name);
            check('after the loop');
          });
        }),
    },
    ...casesRequiring(fileWatchers, [
      {
        name: 'The fs.watch() listener runs in the frame of the call, not of the change',
        needs: ['node:fs', 'node:os'],
        run: ({ AsyncLocalStorage }) =>
          withFolder(async (folder) => {
            const fs = await import('node:fs');
            const storage = new AsyncLocalStorage<string>();
            const seen = await firstReport(
              (report) => {
                const watcher = storage.run('watcher', () => fs.watch(folder, () => report(storage.getStore())));
                return () => watcher.close();
              },
              (text) => storage.run('writer', () => fs.writeFileSync(`${folder}/file`, text)),
            );
            equal(seen, 'watcher');
          }),
      },
      {
        name: 'The fs.watchFile() listener runs in the frame of the call, not of the change',
        needs: ['node:fs', 'node:os'],
        run: ({ AsyncLocalStorage }) =>
          withFolder(async (folder) => {
            const fs = await import('node:fs');
            const storage = new AsyncLocalStorage<string>();
            const path = `${folder}/file`;
            fs.writeFileSync(path, '');
            const seen = await firstReport(
              (report) => {
                storage.run('watcher', () => fs.watchFile(path, { interval: 5 }, () => report(storage.getStore())));
                return () => fs.unwatchFile(path);
              },
              (text) => storage.run('writer', () => fs.writeFileSync(path, text)),
            );
            equal(seen, 'watcher');
          }),
      },
      {
        name: 'A for await loop over fs.promises.watch() keeps its frame',
        needs: ['node:fs', 'node:os'],
        run: ({ AsyncLocalStorage }) =>
          withFolder(async (folder) => {
            const fs = await import('node:fs');
            const storage = new AsyncLocalStorage<string>();
            const seen = await firstReport(
              (report) => {
                const controller = new AbortController();
                // Ends with the abort, and reports its own errors.
                void storage.run('watcher', async () => {
                  try {
                    for await (const _ of fs.promises.watch(folder, { signal: controller.signal }))
                      report(storage.getStore());
                  } catch (error) {
                    if (!controller.signal.aborted) report(String(error));
                  }
                });
                return () => controller.abort();
              },
              (text) => storage.run('writer', () => fs.writeFileSync(`${folder}/file`, text)),
            );
            equal(seen, 'watcher');
          }),
      },
    ]),
  ],
};

/** Calls `use` with an empty folder, and removes the folder when the promise of `use` settles. */
async function withFolder(use: (folder: string) => Promise<void>): Promise<void> {
  const { mkdtemp, rm } = await import('node:fs/promises');
  const { tmpdir } = await import('node:os');
  const folder = await mkdtemp(`${tmpdir()}/throughline-`);
  try {
    await use(folder);
  } finally {
    await rm(folder, { recursive: true, force: true, maxRetries: 5 });
  }
}

/**
 * Changes a file repeatedly until the watcher reports a change. No event indicates that a watcher has started, so a
 * single change could come too early.
 * @param watch starts the watcher, whose listener calls `report`, and returns a function that closes the watcher
 * @param change makes a change, with a different text each time
 * @returns the first value passed to `report`
 */
async function firstReport<T>(
  watch: (report: (value: T) => void) => () => void,
  change: (text: string) => void,
): Promise<T> {
  let stop = () => {};
  let interval: ReturnType<typeof setInterval> | undefined;
  try {
    return await new Promise<T>((resolve, reject) => {
      stop = watch(resolve);
      let changes = 0;
      interval = setInterval(() => {
        try {
          change('.'.repeat(++changes));
        } catch (error) {
          reject(error);
        }
      }, 5);
    });
  } finally {
    clearInterval(interval);
    stop();
  }
}
