import { deepEqual, equal, throws } from 'node:assert/strict';
import { describe, it } from 'node:test';
import { ownWorkloads } from '../suite/suite.js';
import { SUITES } from '../suites.js';
import { HELP, parseOptions } from './options.js';

const parse = (...args: readonly string[]) => parseOptions(args, 'docs/bench');

describe('options', () => {
  it('measure everything on servers, as often as usual, and write it, where nothing is said', () => {
    const options = parse();
    deepEqual(options.suites, ['servers']);
    deepEqual(options.workloads, ownWorkloads(SUITES.servers));
    equal(options.rounds, undefined);
    equal(options.places, undefined);
    equal(options.isQuick, false);
    equal(options.out, 'docs/bench');
  });

  it('measure browsers and the transform instead', () => {
    const options = parse('--browsers');
    deepEqual(options.suites, ['browsers', 'transform']);
    deepEqual(options.workloads, [...ownWorkloads(SUITES.browsers), ...ownWorkloads(SUITES.transform)]);
  });

  it('measure requests instead', () => {
    const options = parse('--requests', '--in', 'requests-node26', '--only', 'fastify,soak');
    deepEqual(options.suites, ['requests']);
    deepEqual(options.workloads, ['fastify', 'soak']);
    deepEqual(options.places, ['requests-node26']);
    deepEqual(parse('--requests').workloads, ownWorkloads(SUITES.requests));
  });

  it('write nothing where the figures are quick ones, unless told where', () => {
    equal(parse('--quick').out, undefined);
    equal(parse('--quick').rounds, 1);
    equal(parse('--quick', '--out', 'elsewhere').out, 'elsewhere');
  });

  it('take workloads, processes, places and runtimes', () => {
    const options = parse('--only', 'run,http', '--processes', '9', '--runtime', 'deno=/opt/deno', '--runtimes');
    deepEqual(options.workloads, ['run', 'http']);
    equal(options.rounds, 9);
    deepEqual(options.runtimes, [{ name: 'deno', command: ['/opt/deno', 'run', '-A'] }]);
    equal(options.withInstalled, true);
    deepEqual(parse('--browsers', '--in', 'firefox,portable').places, ['firefox', 'portable']);
    deepEqual(parse('--browsers', '--only', 'soak').workloads, ['soak']);
  });

  it('say what is wrong', () => {
    throws(() => parse('--fast'), /--fast/);
    throws(() => parse('run'), /run/);
    throws(() => parse('--browsers', '--requests'), /one after the other/);
    throws(() => parse('--only', 'walk'), /walk is none of run,/);
    throws(() => parse('--only', 'soak'), /soak is none of run,/);
    throws(() => parse('--browsers', '--only', 'http'), /http is none of await,/);
    throws(() => parse('--browsers', '--in', 'lynx'), /--in: lynx is none of chromium,/);
    throws(() => parse('--processes', '0'), /--processes: 0/);
    throws(() => parse('--runtime', 'node26'), /node26 is not <name>=<path>/);
    throws(() => parse('--runtime', 'perl=/usr/bin/perl'), /perl is no runtime/);
  });

  it('are all in the help', () => {
    for (const name of [
      'requests',
      'browsers',
      'in',
      'only',
      'processes',
      'runtime',
      'runtimes',
      'quick',
      'out',
      'help',
    ]) {
      equal(HELP.includes(`--${name}`), true, name);
    }
  });
});
