// Runs every compiled *.test.js with Node's test runner. Node 20 takes no glob patterns, so the files are found here.
import { spawnSync } from 'node:child_process';
import { readdirSync } from 'node:fs';
import { join } from 'node:path';

const files = ['packages', 'testing', 'conformance', 'bench', 'examples']
  .flatMap((folder) =>
    readdirSync(folder, { recursive: true, withFileTypes: true }).map((entry) => join(entry.parentPath, entry.name)),
  )
  .filter((file) => file.endsWith('.test.js') && file.includes('/dist/') && !file.includes('node_modules'));
if (files.length === 0) {
  console.error('No compiled test was found: run npm test, which compiles first.');
  process.exit(1);
}
const { status } = spawnSync(process.execPath, ['--expose-gc', '--test', ...process.argv.slice(2), ...files], {
  stdio: 'inherit',
});
process.exit(status ?? 1);
