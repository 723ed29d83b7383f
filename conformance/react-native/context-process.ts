/** `node context-process.js <file>` runs a script in a context without the APIs of Node, then its jobs and timers. */
import { readFileSync } from 'node:fs';
import { setImmediate } from 'node:timers/promises';
import { createContext, runInContext } from 'node:vm';

const [file = ''] = process.argv.slice(2);
const context = createContext({ print: (text: string) => process.stdout.write(`${text}\n`) });
runInContext(readFileSync(file, 'utf8'), context, { filename: file });

do await setImmediate();
while ((context as { runNextTimer: () => boolean }).runNextTimer());
