/** The folder of the repository, for code that runs compiled in `site/dist`, and for VitePress, which compiles it itself. */
import { basename } from 'node:path';
import { fileURLToPath } from 'node:url';

const folder = fileURLToPath(new URL('.', import.meta.url));

export const repositoryRoot = fileURLToPath(new URL(basename(folder) === 'dist' ? '../..' : '..', import.meta.url));
