import { deepEqual, equal, rejects, throws } from 'node:assert/strict';
import { describe, it } from 'node:test';
import { type GuideProgram, guideOf } from './guide-programs.js';
import { runOnNode, showsOutput } from './run-guide-program.js';

const fence = '```';
const block = (language: string, ...lines: string[]) => `${fence}${language}\n${lines.join('\n')}\n${fence}\n\n`;

function onlyProgram(text: string): GuideProgram {
  const { programs } = guideOf('page.md', text);
  equal(programs.length, 1);
  return programs[0] as GuideProgram;
}

describe('guideOf()', () => {
  it('finds programs, fragments, and blocks that are not run here', () => {
    const { programs, fragments, notRun, runBy } = guideOf(
      'page.md',
      [
        block('js', '// a.mjs', 'a();'),
        block('js', 'b();'),
        `<!-- not run: it needs a key -->\n${block('ts', '// c.ts', 'c();')}`,
        `<!-- run by: test.ts -->\n${block('js', '// d.mjs')}`,
        block('html', '<b></b>'),
        block('html', '<script></script>'),
        block('sh', 'node a.mjs'),
      ].join(''),
    );
    deepEqual(
      programs.map(({ file, language, runsOn }) => [file, language, runsOn]),
      [
        ['a.mjs', 'js', ['node']],
        ['index.html', 'html', ['chromium']],
      ],
    );
    deepEqual([fragments.length, notRun[0]?.reason, runBy[0]?.reason], [1, 'it needs a key', 'test.ts']);
  });

  it('takes the files of a section as one folder, and those that others name as parts', () => {
    const text = [
      '## One\n\n',
      block('js', '// main.mjs', "import './part.mjs';"),
      block('js', '// part.mjs', "new Worker('./thread.js');"),
      block('ts', '// thread.ts'),
      block('js', '// main.mjs', 'again();'),
      '## Two\n\n',
      block('js', '// part.mjs'),
    ].join('');
    const { programs } = guideOf('page.md', text);
    deepEqual(
      programs.map(({ file, files }) => [file, [...files.keys()]]),
      [
        ['main.mjs', ['main.mjs', 'part.mjs', 'thread.ts']],
        ['main.mjs', ['main.mjs']],
        ['part.mjs', ['part.mjs']],
      ],
    );
  });

  it('reads what a program prints from the block after “prints:”', () => {
    const program = block('js', '// a.mjs', 'console.log(1); // one');
    equal(onlyProgram(`${program}\`node a.mjs\` prints:\n\n${block('', 'two')}`).output, 'two\n');
    equal(onlyProgram(`${program}It prints:\n\n${block('text', 'two')}`).output, 'two\n');
    equal(onlyProgram(`${program}\`node b.mjs\` prints:\n\n${block('', 'two')}`).output, undefined);
    equal(onlyProgram(`${program}Another block:\n\n${block('', 'two')}`).output, undefined);
    equal(onlyProgram(`${program}It prints:\n\n${block('sh', 'two')}`).output, undefined);
  });

  it('reads the options of Node from a command in the section', () => {
    const program = (options: string) => `## Heading\n\n${block('js', '// a.mjs')}Run \`node ${options}a.mjs\`.\n\n`;
    deepEqual(
      guideOf('page.md', program('--one --two ') + program('')).programs.map(({ nodeOptions }) => nodeOptions),
      [['--one', '--two'], []],
    );
  });

  it('rejects an unknown runtime or server, and a program without a file name', () => {
    const marked =
      (mark: string, ...lines: string[]) =>
      () =>
        guideOf('page.md', `<!-- ${mark} -->\n${block('js', ...lines)}`);
    throws(marked('runs on: dino', '// a.mjs'), /page\.md:2: "dino" is none of node, bun/);
    throws(marked('needs: mysql', '// a.mjs'), /page\.md:2: "mysql" is none of redis/);
    throws(marked('needs: redis', 'a();'), /page\.md:2: a program must name its file/);
  });

  it('takes a block with the mark “runs on” as a program, whether or not it names its file', () => {
    const program = onlyProgram(`<!-- runs on: bun -->\n${block('ts', 'a();')}`);
    deepEqual([program.file, program.runsOn], ['program.ts', ['bun']]);
  });

  it('takes all programs of a page as run by the file that the page names', () => {
    const text = `<!-- all programs of this page are run by: test.ts -->\n\n${block('js', '// a.mjs')}`;
    deepEqual(guideOf('page.md', text).runBy[0]?.reason, 'test.ts');
  });
});

describe('runOnNode()', () => {
  it('compares what the files of a program print', async () => {
    const text = (name: string) =>
      block('ts', '// main.ts', "import { user } from './user.mjs';", 'console.log(user as string); // ada') +
      block('js', '// user.mjs', `export const user = '${name}';`);
    const program = onlyProgram(text('ada'));
    equal(showsOutput(program), true);
    await runOnNode(program);
    await rejects(runOnNode(onlyProgram(text('bob'))), /prints something else/);
  });

  it('fails if the program fails', async () => {
    const program = onlyProgram(block('js', '// a.mjs', "throw new Error('lost');"));
    equal(showsOutput(program), false);
    await rejects(runOnNode(program), /The example fails[\s\S]*lost/);
  });
});
