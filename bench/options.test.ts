import { deepEqual, equal, throws } from 'node:assert/strict';
import { describe, it } from 'node:test';
import { HELP, parseOptions } from './options.js';
import { WORKLOAD_NAMES } from './workloads/index.js';

const parse = (...args: readonly string[]) => parseOptions(args, 'docs/bench');

describe('options', () => {
  it('measure everything in five processes, and write it, where nothing is said', () => {
    const options = parse();
    deepEqual(options.workloads, WORKLOAD_NAMES);
    equal(options.processes, 5);
    equal(options.pace, 'full');
    equal(options.out, 'docs/bench');
  });

  it('write nothing where the figures are quick ones, unless told where', () => {
    equal(parse('--quick').out, undefined);
    equal(parse('--quick').processes, 1);
    equal(parse('--quick', '--out', 'elsewhere').out, 'elsewhere');
  });

  it('take workloads, processes and runtimes', () => {
    const options = parse('--only', 'run,http', '--processes', '9', '--runtime', 'deno=/opt/deno', '--runtimes');
    deepEqual(options.workloads, ['run', 'http']);
    equal(options.processes, 9);
    deepEqual(options.runtimes, [{ name: 'deno', command: ['/opt/deno', 'run', '-A'] }]);
    equal(options.withInstalled, true);
  });

  it('say what is wrong', () => {
    throws(() => parse('--fast'), /--fast/);
    throws(() => parse('run'), /run/);
    throws(() => parse('--only', 'walk'), /walk is none of run,/);
    throws(() => parse('--processes', '0'), /--processes: 0/);
    throws(() => parse('--runtime', 'node26'), /node26 is not <name>=<path>/);
    throws(() => parse('--runtime', 'perl=/usr/bin/perl'), /perl is no runtime/);
  });

  it('are all in the help', () => {
    for (const name of ['only', 'processes', 'runtime', 'runtimes', 'quick', 'out', 'help']) {
      equal(HELP.includes(`--${name}`), true, name);
    }
  });
});
