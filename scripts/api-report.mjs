/**
 * The API reports: packages/<name>/api/<entry point>.api.md lists every exported name with its signature, and every type
 * that such a signature uses, so that a change of the public API is seen in review.
 *
 *     npm run api                     writes the reports
 *     node scripts/api-report.mjs     compares them with the compiled declarations, and fails with the differences
 *
 * API Extractor makes the reports. It contains its own TypeScript, because that of the root has no compiler API. All
 * entry points of a package are analyzed in one program. The three packages with their 27 entry points take six seconds.
 */
import { existsSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { basename, join, resolve } from 'node:path';
import { fileURLToPath, pathToFileURL } from 'node:url';
import { CompilerState, Extractor, ExtractorConfig, ExtractorLogLevel } from '@microsoft/api-extractor';
import { createTwoFilesPatch } from 'diff';
import { PUBLISHED_PACKAGES } from './published-packages.mjs';

const root = fileURLToPath(new URL('..', import.meta.url));

/** Everything that API Extractor would say about a report. The report itself is compared here. */
const silent = { default: { logLevel: ExtractorLogLevel.None, addToApiReportFile: false } };

/**
 * Makes the reports of a package from its compiled declarations.
 * @param {string} folder the folder of the package
 * @returns {Map<string, string>} the reports, by file name
 */
export function createReports(folder) {
  const temporary = mkdtempSync(join(tmpdir(), 'throughline-api-'));
  try {
    const configs = entryPoints(folder).map(({ name, file }) => configOf(folder, name, file, temporary));
    const compilerState = CompilerState.create(configs[0], {
      additionalEntryPoints: configs.slice(1).map((config) => config.mainEntryPointFilePath),
    });
    const reports = new Map();
    for (const config of configs) {
      const errors = [];
      Extractor.invoke(config, {
        compilerState,
        localBuild: true,
        messageCallback(message) {
          if (message.logLevel === ExtractorLogLevel.Error) errors.push(message.text);
          message.handled = true;
        },
      });
      if (errors.length > 0) throw new Error(`${config.mainEntryPointFilePath}:\n${errors.join('\n')}`);
      reports.set(basename(config.reportFilePath), readFileSync(config.reportFilePath, 'utf8'));
    }
    const augmentations = augmentationsOf(compilerState.program, join(folder, 'types'));
    if (augmentations !== '') reports.set('augmentations.api.md', augmentations);
    return reports;
  } finally {
    rmSync(temporary, { recursive: true, force: true });
  }
}

/**
 * Compares the reports of a package with those that are checked in.
 * @param {string} folder the folder of the package
 * @returns {string} the differences as a patch, which is empty if there are none
 */
export function compareReports(folder) {
  const reports = createReports(folder);
  const known = join(folder, 'api');
  const names = new Set([...reports.keys(), ...(existsSync(known) ? readdirSync(known) : [])]);
  return [...names]
    .sort()
    .map((name) => {
      const file = join(known, name);
      const before = existsSync(file) ? readFileSync(file, 'utf8') : '';
      const after = reports.get(name) ?? '';
      return before === after ? '' : createTwoFilesPatch(name, name, before, after, 'checked in', 'compiled');
    })
    .join('');
}

/** @param {string} folder the folder of a package */
function writeReports(folder) {
  const reports = createReports(folder);
  const to = join(folder, 'api');
  rmSync(to, { recursive: true, force: true });
  mkdirSync(to, { recursive: true });
  for (const [name, text] of reports) writeFileSync(join(to, name), text);
}

/** The entry points of a package, and their declarations. */
function entryPoints(folder) {
  const { exports } = JSON.parse(readFileSync(join(folder, 'package.json'), 'utf8'));
  return Object.entries(exports)
    .filter(([, target]) => typeof target === 'object')
    .map(([subpath, { types }]) => ({
      name: subpath === '.' ? 'index' : subpath.slice('./'.length),
      file: resolve(folder, types.default ?? types),
    }));
}

function configOf(folder, name, file, temporary) {
  return ExtractorConfig.prepare({
    configObjectFullPath: undefined,
    packageJsonFullPath: join(folder, 'package.json'),
    configObject: {
      projectFolder: folder,
      mainEntryPointFilePath: file,
      newlineKind: 'lf',
      compiler: {
        overrideTsconfig: {
          compilerOptions: {
            target: 'ES2022',
            lib: ['ES2023', 'ESNext.Disposable', 'DOM', 'DOM.Iterable'],
            module: 'NodeNext',
            types: ['node'],
            strict: true,
            exactOptionalPropertyTypes: true,
            skipLibCheck: true,
          },
          files: [file],
        },
      },
      apiReport: {
        enabled: true,
        includeForgottenExports: true,
        reportFolder: temporary,
        reportTempFolder: join(temporary, 'temporary'),
        reportFileName: `${name}.api.md`,
      },
      docModel: { enabled: false },
      dtsRollup: { enabled: false },
      tsdocMetadata: { enabled: false },
      messages: {
        compilerMessageReporting: { default: { logLevel: ExtractorLogLevel.Error } },
        extractorMessageReporting: silent,
        tsdocMessageReporting: silent,
      },
    },
  });
}

/** API Extractor leaves out `declare global` and `declare module`, which also change what users see. */
function augmentationsOf(program, types) {
  const found = [];
  for (const file of program.getSourceFiles()) {
    if (!resolve(file.fileName).startsWith(types)) continue;
    for (const statement of file.statements) {
      const text = statement.getText(file);
      if (/^declare (global|module)\b/.test(text)) found.push(text);
    }
  }
  if (found.length === 0) return '';
  return `## What the package adds to the types of others\n\n\`\`\`ts\n\n${found.sort().join('\n\n')}\n\n\`\`\`\n`;
}

if (import.meta.url === pathToFileURL(process.argv[1]).href) {
  const isWriting = process.argv.includes('--write');
  for (const name of PUBLISHED_PACKAGES) {
    const folder = join(root, 'packages', name);
    if (isWriting) {
      writeReports(folder);
      continue;
    }
    const patch = compareReports(folder);
    if (patch === '') continue;
    console.error(`The public API of packages/${name} differs from its reports in packages/${name}/api:\n\n${patch}`);
    process.exitCode = 1;
  }
  if (process.exitCode === 1) {
    console.error('If the change is intended, run npm run api, commit the reports, and add a changeset.');
  }
}
