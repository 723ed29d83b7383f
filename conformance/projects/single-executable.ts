/** What a project of a single executable application consists of, whatever its program is. */
import type { ProjectFolder } from './project.js';

/** @param program the files of the program. It begins in `main.mjs`, which esbuild bundles */
export function singleExecutable(
  program: ProjectFolder['files'],
): Pick<ProjectFolder, 'dependencies' | 'files' | 'commands'> {
  return {
    dependencies: { esbuild: '^0.28.0', postject: '1.0.0-alpha.6' },
    files: {
      ...program,
      'sea.json': '{ "main": "out.cjs", "output": "sea.blob", "disableExperimentalSEAWarning": true }',
      'copy.cjs': `require('fs').copyFileSync(process.execPath, 'application');`,
    },
    commands: [
      ['esbuild', 'main.mjs', '--bundle', '--platform=node', '--outfile=out.cjs', '--log-level=warning'],
      ['node', '--experimental-sea-config', 'sea.json'],
      ['node', 'copy.cjs'],
      [
        'postject',
        ...['application', 'NODE_SEA_BLOB', 'sea.blob'],
        ...['--sentinel-fuse', 'NODE_SEA_FUSE_fce680ab2cc467b6e072b8b5df1996b2'],
      ],
      ['./application'],
    ],
  };
}
