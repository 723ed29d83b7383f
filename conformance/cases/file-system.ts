import type { Chapter } from '../case.js';
import { equal } from '../expect.js';
import { fileWatchers, needing } from '../features.js';
import { eachCall, eachFlow } from '../flows.js';

export const fileSystem: Chapter = {
  title: 'Rule 3: file system',
  cases: [
    {
      name: 'The fs.readFile() callback runs in the frame of the call',
      needs: ['node:fs', 'node:os'],
      run: (implementation) =>
        inFolder(async (folder) => {
          const fs = await import('node:fs');
          fs.writeFileSync(`${folder}/file`, 'text');
          await eachCall(implementation, (callback) => fs.readFile(`${folder}/file`, callback));
        }),
    },
    {
      name: 'The fs.writeFile() and appendFile() callbacks run in the frame of the call',
      needs: ['node:fs', 'node:os'],
      run: (implementation) =>
        inFolder(async (folder) => {
          const fs = await import('node:fs');
          await eachCall(implementation, (callback) => fs.writeFile(`${folder}/file`, 'text', callback));
          await eachCall(implementation, (callback) => fs.appendFile(`${folder}/file`, 'text', callback));
        }),
    },
    {
      name: 'The fs.stat(), lstat(), access(), realpath() and readdir() callbacks run in the frame of the call',
      needs: ['node:fs', 'node:os'],
      run: (implementation) =>
        inFolder(async (folder) => {
          const fs = await import('node:fs');
          for (const call of [fs.stat, fs.lstat, fs.access, fs.realpath, fs.readdir]) {
            await eachCall(implementation, (callback) => call(folder, callback));
          }
        }),
    },
    {
      name: 'Nested fs.open(), write(), read(), fstat() and close() callbacks keep the frame',
      needs: ['node:fs', 'node:os'],
      run: (implementation) =>
        inFolder(async (folder) => {
          const fs = await import('node:fs');
          let files = 0;
          await eachFlow(
            implementation,
            (look) =>
              new Promise<void>((resolve, reject) => {
                const next =
                  <A extends unknown[]>(where: string, step: (...args: A) => void) =>
                  (error: unknown, ...args: A) => {
                    look(where);
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
        inFolder(async (folder) => {
          const fs = await import('node:fs');
          fs.mkdirSync(`${folder}/from/inner`, { recursive: true });
          fs.writeFileSync(`${folder}/from/inner/file`, 'text');
          let copies = 0;
          await eachFlow(implementation, async (look) => {
            const to = `${folder}/to${copies++}`;
            await new Promise<void>((resolve, reject) => {
              fs.cp(`${folder}/from`, to, { recursive: true }, (error) => {
                look('cp');
                if (error) reject(error);
                else resolve();
              });
            });
            await new Promise<void>((resolve, reject) => {
              fs.rm(to, { recursive: true }, (error) => {
                look('rm');
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
        inFolder(async (folder) => {
          const fs = await import('node:fs');
          await eachFlow(
            implementation,
            (look) =>
              new Promise<void>((resolve, reject) => {
                fs.readFile(`${folder}/missing`, (error) => {
                  look('readFile');
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
        inFolder(async (folder) => {
          const fs = await import('node:fs/promises');
          let files = 0;
          await eachFlow(implementation, async (look) => {
            const path = `${folder}/${files++}`;
            await fs.writeFile(path, 'text').then(() => look('writeFile'));
            equal(await fs.readFile(path, 'utf8'), 'text');
            look('after readFile');
            await fs.rm(path).then(() => look('rm'));
            await fs.stat(path).then(undefined, () => look('stat of a missing file'));
          });
        }),
    },
    {
      name: 'Awaiting the reads and writes of a FileHandle keeps the frame',
      needs: ['node:fs/promises', 'node:os'],
      run: (implementation) =>
        inFolder(async (folder) => {
          const fs = await import('node:fs/promises');
          let files = 0;
          await eachFlow(implementation, async (look) => {
            const file = await fs.open(`${folder}/${files++}`, 'w+');
            look('after open');
            try {
              await file.write('text');
              look('after write');
              await file.read(new Uint8Array(4), 0, 4, 0);
              look('after read');
            } finally {
              await file.close();
            }
            look('after close');
          });
        }),
    },
    {
      name: 'A for await loop over the lines of a file keeps its frame',
      needs: ['node:fs/promises', 'node:os'],
      run: (implementation) =>
        inFolder(async (folder) => {
          const fs = await import('node:fs/promises');
          await fs.writeFile(`${folder}/file`, 'one\ntwo\nthree\n');
          await eachFlow(implementation, async (look) => {
            const file = await fs.open(`${folder}/file`);
            try {
              for await (const line of file.readLines()) look(line);
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
        inFolder(async (folder) => {
          const fs = await import('node:fs');
          fs.writeFileSync(`${folder}/file`, 'some text');
          await eachFlow(
            implementation,
            (look) =>
              new Promise<void>((resolve, reject) => {
                const stream = fs.createReadStream(`${folder}/file`, { highWaterMark: 4 });
                for (const event of ['open', 'data', 'end']) stream.on(event, () => look(event));
                stream.on('error', reject);
                stream.on('close', () => {
                  look('close');
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
        inFolder(async (folder) => {
          const fs = await import('node:fs');
          let files = 0;
          await eachFlow(
            implementation,
            (look) =>
              new Promise<void>((resolve, reject) => {
                const stream = fs.createWriteStream(`${folder}/${files++}`);
                for (const event of ['open', 'finish']) stream.on(event, () => look(event));
                stream.on('error', reject);
                stream.on('close', () => {
                  look('close');
                  resolve();
                });
                stream.write('some', () => look('write'));
                stream.end('text', () => look('end'));
              }),
          );
        }),
    },
    {
      name: 'A for await loop over a file read stream keeps its frame',
      needs: ['node:fs', 'node:os'],
      run: (implementation) =>
        inFolder(async (folder) => {
          const fs = await import('node:fs');
          fs.writeFileSync(`${folder}/file`, 'some text');
          await eachFlow(implementation, async (look) => {
            for await (const chunk of fs.createReadStream(`${folder}/file`, { highWaterMark: 4 })) {
              look(`chunk ${chunk}`);
            }
            look('after the loop');
          });
        }),
    },
    {
      name: 'The callbacks of fs.opendir() and of read() and close() of the directory run in the frame of the call',
      needs: ['node:fs', 'node:os'],
      run: (implementation) =>
        inFolder(async (folder) => {
          const fs = await import('node:fs');
          fs.writeFileSync(`${folder}/file`, 'text');
          await eachFlow(
            implementation,
            (look) =>
              new Promise<void>((resolve, reject) => {
                fs.opendir(folder, (error, directory) => {
                  look('opendir');
                  if (error) return reject(error);
                  directory.read((error) => {
                    look('read');
                    if (error) return reject(error);
                    directory.close((error) => {
                      look('close');
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
        inFolder(async (folder) => {
          const fs = await import('node:fs');
          for (const name of ['one', 'two', 'three']) fs.writeFileSync(`${folder}/${name}`, '');
          await eachFlow(implementation, async (look) => {
            for await (const entry of await fs.promises.opendir(folder)) look(entry.name);
            look('after the loop');
          });
        }),
    },
    ...needing(fileWatchers, [
      {
        name: 'The fs.watch() listener runs in the frame of the call, not of the change',
        needs: ['node:fs', 'node:os'],
        run: ({ AsyncLocalStorage }) =>
          inFolder(async (folder) => {
            const fs = await import('node:fs');
            const storage = new AsyncLocalStorage<string>();
            const seen = await untilNoticed(
              (notice) => {
                const watcher = storage.run('watcher', () => fs.watch(folder, () => notice(storage.getStore())));
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
          inFolder(async (folder) => {
            const fs = await import('node:fs');
            const storage = new AsyncLocalStorage<string>();
            const path = `${folder}/file`;
            fs.writeFileSync(path, '');
            const seen = await untilNoticed(
              (notice) => {
                storage.run('watcher', () => fs.watchFile(path, { interval: 5 }, () => notice(storage.getStore())));
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
          inFolder(async (folder) => {
            const fs = await import('node:fs');
            const storage = new AsyncLocalStorage<string>();
            const seen = await untilNoticed(
              (notice) => {
                const controller = new AbortController();
                storage.run('watcher', async () => {
                  try {
                    for await (const _ of fs.promises.watch(folder, { signal: controller.signal }))
                      notice(storage.getStore());
                  } catch (error) {
                    if (!controller.signal.aborted) notice(String(error));
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

/** A folder for as long as `use` needs one. */
async function inFolder(use: (folder: string) => Promise<void>): Promise<void> {
  const { mkdtemp, rm } = await import('node:fs/promises');
  const { tmpdir } = await import('node:os');
  const folder = await mkdtemp(`${tmpdir()}/throughline-`);
  try {
    await use(folder);
  } finally {
    await rm(folder, { recursive: true, force: true, maxRetries: 5 });
  }
}

/** Makes changes until the watcher has told of one, as nothing says from when on it sees them. */
async function untilNoticed<T>(
  watch: (notice: (seen: T) => void) => () => void,
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
