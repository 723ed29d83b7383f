/** Formats docs/projects.md: the projects in which the packages work, with the versions that were installed there. */
import { runtimes } from '../runtimes/runtimes.js';
import { type Command, PROJECT_GROUPS, type Project } from './project.js';
import type { Versions } from './run-project.js';
import { scriptCommand } from './starter-files.js';

/** A project that works. */
export interface WorkingProject {
  readonly project: Project;
  readonly versions: Versions;
}

/**
 * Formats the page.
 * @param nodeVersion the version of Node on which the projects ran
 */
export function formatProjectsPage(projects: readonly WorkingProject[], nodeVersion: string): string {
  return [
    '# Tested projects',
    '',
    'Each row is a separate project. `npm run projects` creates it in a temporary folder, installs the packages from their',
    'tarballs, as a user would from npm, and runs the commands in the second column. Most of the programs use a storage, the',
    'scope of a request and an entry point of each package, and check what they read after an `await`. TypeScript programs',
    'are compiled in strict mode. Chromium opens the pages that a project builds.',
    '',
    'The programs of the libraries run in Node and, built, in Chromium: 20 flows overlap, and everything that they read must',
    'be right in both.',
    '',
    'The projects of React Native are bundles of Metro, which the virtual machine of Hermes runs, with a program in place of',
    'the native side: [React Native](react-native.md#what-was-run-and-where) says what that shows. They are built on Node 24.',
    '',
    'Each [starter](../examples/starters/README.md) is copied and installed as a user would. Its scripts check the types,',
    'build it and start it. Two users then order at once: from its server, whose responses and log lines must be right, and',
    'in its page, which Chromium opens. Servers run on Node 20 and 26, unless the starter is one for another runtime.',
    '',
    'Each project of the frameworks, except that of Angular, begins as a starter too. It then becomes an application with a',
    'page that the server renders, an API and an action. Chromium opens the built application and its development server,',
    'and starts flows that overlap in the page and on the server. While the page is open, a file is edited. Before and after',
    'the edit, each flow must read its own value after every step, and the console of the page must have no error. All but',
    'Next run on Node 24.',
    '',
    `\`npm run projects -- --write\` generates this page. The versions are those of its last run, on Node ${nodeVersion}.`,
    '`npm test` runs a few of the projects, and checks that this page has a row for each project.',
    ...PROJECT_GROUPS.flatMap((group) => [
      '',
      `## ${group}`,
      '',
      '| Project | Commands | Versions |',
      '|---|---|---|',
      ...projects.filter(({ project }) => project.group === group).map(formatRow),
    ]),
    '',
  ].join('\n');
}

function formatRow({ project, versions }: WorkingProject): string {
  // The last command of some projects only prints that the others have succeeded.
  const { app, starter } = project;
  const run: readonly Command[] = [
    ...project.commands,
    ...(starter === undefined ? [] : (starter.servers ?? []).map(({ script }) => scriptCommand(starter, script))),
    ...(app === undefined ? [] : [app.build, app.start(0), app.develop(0)]),
  ];
  const commands = run.filter(([, option]) => option !== '--print').map(formatCommand);
  const hasPage = starter?.file !== undefined || starter?.servers?.some(({ hasPage }) => hasPage);
  if (project.page !== undefined || hasPage || app !== undefined) commands.push('Chromium');
  if (project.reactNative !== undefined) commands.push('Hermes');
  const packages = Object.entries(versions)
    .filter(([name]) => !name.startsWith('@types/'))
    .map(([name, version]) => `${name} ${version}`);
  if (starter?.runner !== undefined) packages.unshift(`${starter.runner} ${runtimes[starter.runner].version}`);
  return `| ${[project.title, [...new Set(commands)].join(', '), packages.join(', ')].join(' | ')} |`;
}

/** Names the program, and the script that a package manager runs. */
function formatCommand([name, verb, script]: Command): string {
  const isScript = script !== undefined && (verb === 'run' || verb === 'task');
  return isScript ? `\`${name} ${verb} ${script}\`` : `\`${name}\``;
}

/** Returns the titles of the rows of the page, in their order. */
export function readProjectTitles(page: string): string[] {
  return page
    .split('\n')
    .filter((line) => line.startsWith('| ') && !line.startsWith('| Project |'))
    .map((line) => line.split(' | ')[0]?.slice(2) ?? '');
}
