/** What a job says about its values, its deadline and its scope, without a server. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { currentDeadline, inject, withDeadline } from '@throughline/propagation';
import { type CarryingJob, createTelemetry, extractJob, handleJobEvent } from '@throughline/propagation/bullmq';
import { extractJob as extractBossJob, injectData } from '@throughline/propagation/pg-boss';
import { getRequestScope } from '@throughline/request';
import { readValues, runInFlow, valuesOf } from './values.js';

const trusting = { trust: true } as const;

/** A job that was added by a flow whose deadline was a minute later. */
const job = (fields: CarryingJob = {}): CarryingJob => {
  const metadata = withDeadline(60_000, () => runInFlow(1, () => JSON.stringify(inject({}))));
  return {
    id: '7',
    queueName: 'mails',
    timestamp: Date.now(),
    ...fields,
    opts: { telemetry: { metadata }, ...fields.opts },
  };
};

test('the time that a job has waited counts for its deadline', () => {
  const { remaining = 0 } = extractJob(job(), trusting);
  assert.ok(remaining > 30_000 && remaining <= 60_000, `${remaining}`);
  const late = extractJob(job({ timestamp: Date.now() - 3_600_000 }), trusting);
  assert.equal(late.remaining, 0);
  assert.equal(late.signal?.aborted, true);
  late.run(() => assert.deepEqual(readValues(), valuesOf(1), 'a late job has its values'));
  const ahead = extractJob(job({ timestamp: Date.now() + 3_600_000 }), trusting);
  assert.ok((ahead.remaining ?? 0) > 30_000, 'the clock of the sender is an hour ahead');
});

test('a job with a delay and a job of a scheduler have values and no deadline', () => {
  const { opts } = job();
  for (const extracted of [
    extractJob(job({ opts: { ...opts, delay: 1000 } }), trusting),
    extractJob(job({ repeatJobKey: 'nightly' }), trusting),
  ]) {
    assert.equal(extracted.remaining, undefined);
    extracted.run(() => assert.deepEqual(readValues(), valuesOf(1)));
  }
});

test('a job runs in a request scope with its id and its queue, unless the id could forge a log line', () => {
  extractJob(job()).run(() => {
    const { id, method, path } = getRequestScope();
    assert.deepEqual({ id, method, path }, { id: '7', method: 'JOB', path: 'mails' });
  });
  extractJob(job({ id: '7\nerror: none' })).run(() => assert.match(getRequestScope().id, /^[\da-f-]{36}$/));
});

test('the signal of a processor aborts the signal of the scope and of the deadline', () => {
  const controller = new AbortController();
  const read = handleJobEvent((_job: CarryingJob, _token: string, _signal: AbortSignal) => {
    return [getRequestScope().signal, currentDeadline()?.signal];
  }, trusting);
  const signals = read(job(), 'token', controller.signal);
  controller.abort(new Error('cancelled'));
  for (const signal of signals) assert.equal(signal?.aborted, true);
});

test('a job of pg-boss has the deadline of its sender, less the time since it was sent', () => {
  const data = withDeadline(60_000, () => injectData({ number: 1 }));
  const { remaining = 0 } = extractBossJob({ data }, trusting);
  assert.ok(remaining > 30_000 && remaining <= 60_000, `${remaining}`);
  const [key = ''] = Object.keys(data).filter((name) => name !== 'number');
  const old = { ...data, [key]: { ...Object(Reflect.get(data, key)), sentAt: Date.now() - 3_600_000 } };
  assert.equal(extractBossJob({ data: old }, trusting).remaining, 0);
});

test('createTelemetry() names the option that was meant', () => {
  assert.throws(() => createTelemetry({ telemetri: undefined } as never), {
    code: 'ERR_INVALID_ARG_VALUE',
    message: /telemetri.*Did you mean "telemetry"/,
  });
});
