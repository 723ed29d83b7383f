/** The first program of the README, as a project: a user saves it, and runs the command that the README names. */
import { readFileSync } from 'node:fs';
import type { Project } from './project.js';

/**
 * Reads the program, its file name, the command and the output from the README.
 * @param readme the text of the README
 * @throws {Error} if the README does not show all of them
 */
export function readmeProject(readme: string): Project {
  const found = /```js\n(\/\/ (\S+)\n[\s\S]+?)```\n\n`node (\S+)` prints:\n\n```\n([\s\S]+?)```/.exec(readme);
  const [, program, file, runFile, output] = found ?? [];
  const isInstalled = readme.slice(0, found?.index).includes('```sh\nnpm install throughline\n```');
  if (program === undefined || file === undefined || output === undefined || file !== runFile || !isInstalled) {
    throw new Error(
      'README.md must show the command npm install throughline, and then the first program with its file name in a ' +
        'comment, the command that runs this file, and what it prints.',
    );
  }
  return {
    title: 'The first program of the README',
    group: 'Modules',
    files: { [file]: program },
    commands: [['node', file]],
    output,
    isQuick: true,
  };
}

export const firstProgram = readmeProject(readFileSync(new URL('../../../README.md', import.meta.url), 'utf8'));
