/** The server runtimes that the project tests, with their versions. */

export interface Runtime {
  /** The title of its column in the conformance tables. */
  readonly title: string;
  /** The npm package that contains the binary. The binary has the same name. */
  readonly package: 'node' | 'bun' | 'deno' | 'workerd';
  readonly version: string;
  /** The arguments between the binary and the file to run. */
  readonly flags: readonly string[];
}

const node = (version: string, ...flags: string[]): Omit<Runtime, 'title'> => ({
  package: 'node',
  version,
  flags: ['--expose-gc', '--no-warnings', ...flags],
});

export const runtimes = {
  node20: { title: 'Node 20', ...node('20.20.2') },
  node22: { title: 'Node 22', ...node('22.23.3') },
  node24: { title: 'Node 24', ...node('24.21.0') },
  node26: { title: 'Node 26', ...node('26.10.0') },
  node26hooks: { title: 'Node 26 with async hooks', ...node('26.10.0', '--no-async-context-frame') },
  bun: { title: 'Bun', package: 'bun', version: '1.4.5', flags: [] },
  deno: { title: 'Deno', package: 'deno', version: '2.9.6', flags: ['run', '-A', '--v8-flags=--expose-gc'] },
  workerd: { title: 'workerd', package: 'workerd', version: '1.20261117.1', flags: [] },
} satisfies Readonly<Record<string, Runtime>>;
