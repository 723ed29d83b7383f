import { deepEqual, equal, throws } from 'node:assert/strict';
import { describe, it } from 'node:test';
import { separatelySampledWorkloads } from '../suite/suite.js';
import { SUITES } from '../suites.js';
import { HELP_TEXT, parseOptions } from './options.js';

const parse = (...args: readonly string[]) => parseOptions(args, 'docs/bench');

describe('the command line of npm run bench', () => {
  it('measures all workloads on servers and writes the results by default', () => {
    const options = parse();
    deepEqual(options.suites, ['servers']);
    deepEqual(options.workloads, separatelySampledWorkloads(SUITES.servers));
    equal(options.rounds, undefined);
    equal(options.environments, undefined);
    equal(options.isQuick, false);
    equal(options.isShort, false);
    equal(options.outputFolder, 'docs/bench');
  });

  it('measures browsers, sizes, the transform and builds with --browsers', () => {
    const options = parse('--browsers');
    deepEqual(options.suites, ['browsers', 'sizes', 'transform', 'builds']);
    deepEqual(options.workloads, [
      ...separatelySampledWorkloads(SUITES.browsers),
      ...separatelySampledWorkloads(SUITES.sizes),
      ...separatelySampledWorkloads(SUITES.transform),
      ...separatelySampledWorkloads(SUITES.builds),
    ]);
  });

  it('measures requests with --requests', () => {
    const options = parse('--requests', '--in', 'requests-node26', '--only', 'fastify,soak');
    deepEqual(options.suites, ['requests']);
    deepEqual(options.workloads, ['fastify', 'soak']);
    deepEqual(options.environments, ['requests-node26']);
    deepEqual(parse('--requests').workloads, separatelySampledWorkloads(SUITES.requests));
  });

  it('measures sessions with --sessions, in memory and in Redis', () => {
    const options = parse('--sessions', '--in', 'sessions-redis', '--only', 'express-redis-write');
    deepEqual([options.suites, options.environments], [['sessions'], ['sessions-redis']]);
    deepEqual(options.workloads, ['express-redis-write']);
    equal(parse('--sessions').workloads.length, 8);
  });

  it('measures the context managers of OpenTelemetry with --contexts, and one kind of suites at once', () => {
    const options = parse('--contexts', '--in', 'contexts-node26', '--only', 'with');
    deepEqual(options.suites, ['contexts']);
    deepEqual(options.workloads, ['with']);
    throws(() => parse('--contexts', '--browsers'), /--browsers and --contexts cannot be combined/);
  });

  it('measures values that cross processes with --propagation', () => {
    const options = parse('--propagation', '--only', 'inject');
    deepEqual([options.suites, options.workloads], [['propagation'], ['inject']]);
  });

  it('measures growth and pages with options of their own', () => {
    deepEqual(parse('--growth', '--only', 'flows').suites, ['growth']);
    deepEqual(parse('--growth').workloads, ['storages', 'libraries', 'flows', 'sessions']);
    deepEqual(parse('--pages', '--only', 'vue').workloads, ['vue']);
  });

  it('takes one sample and writes nothing with --short, except with --out', () => {
    equal(parse('--short').outputFolder, undefined);
    equal(parse('--short').rounds, 1);
    equal(parse('--short', '--out', 'elsewhere').outputFolder, 'elsewhere');
  });

  it('measures the table of the README with --quick, which no other option changes', () => {
    equal(parse('--quick').isQuick, true);
    equal(parse('--quick').outputFolder, undefined);
    for (const other of [['--browsers'], ['--only', 'run'], ['--processes', '2'], ['--runtime', 'bun=/opt/bun']]) {
      throws(() => parse('--quick', ...other), /--quick measures the table of the README .* --short measures/);
    }
  });

  it('accepts workloads, numbers of processes, environments and runtimes', () => {
    const options = parse('--only', 'run,http', '--processes', '9', '--runtime', 'deno=/opt/deno', '--runtimes');
    deepEqual(options.workloads, ['run', 'http']);
    equal(options.rounds, 9);
    deepEqual(options.runtimes, [{ name: 'deno', command: ['/opt/deno', 'run', '-A'] }]);
    equal(options.includesInstalled, true);
    deepEqual(parse('--browsers', '--in', 'firefox,portable').environments, ['firefox', 'portable']);
    deepEqual(parse('--browsers', '--only', 'soak').workloads, ['soak']);
  });

  it('rejects invalid options with a message that names the option and what was expected', () => {
    throws(() => parse('--fast'), /--fast/);
    throws(() => parse('run'), /run/);
    throws(() => parse('--browsers', '--requests'), /one after the other/);
    throws(() => parse('--only', 'walk'), /--only: unknown workload "walk"\. Expected one of: run,/);
    throws(() => parse('--only', 'soak'), /--only: unknown workload "soak"\. Expected one of: run,/);
    throws(() => parse('--browsers', '--only', 'http'), /unknown workload "http"\. Expected one of: await,/);
    throws(() => parse('--browsers', '--in', 'lynx'), /--in: unknown environment "lynx"\. Expected one of: chromium,/);
    throws(() => parse('--processes', '0'), /--processes: expected a positive integer, but got "0"/);
    throws(() => parse('--runtime', 'node26'), /expected <name>=<path>, but got "node26"/);
    throws(() => parse('--runtime', 'perl=/usr/bin/perl'), /Unknown runtime "perl"/);
  });

  it('describes every option in the help text', () => {
    for (const name of [
      'requests',
      'contexts',
      'propagation',
      'browsers',
      'in',
      'only',
      'processes',
      'runtime',
      'runtimes',
      'growth',
      'pages',
      'quick',
      'short',
      'out',
      'help',
    ]) {
      equal(HELP_TEXT.includes(`--${name}`), true, name);
    }
  });
});
