/** What a job says about its values, its deadline and its scope, without a server. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { currentDeadline, inject, withDeadline } from '@throughline/propagation';
import {
  extractMessage as extractAmqpMessage,
  handleMessage as handleAmqpMessage,
  injectMessage,
} from '@throughline/propagation/amqplib';
import {
  type CarryingJob,
  createTelemetry,
  extractJob,
  handleJob,
  handleJobEvent,
} from '@throughline/propagation/bullmq';
import { handleMessage as handleKafkaMessage } from '@throughline/propagation/kafkajs';
import {
  extractMessage as extractNatsMessage,
  handleMessage as handleNatsMessage,
} from '@throughline/propagation/nats';
import { extractJob as extractBossJob, handleJob as handleBossJob, injectData } from '@throughline/propagation/pg-boss';
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

test('the job of a sandboxed processor of BullMQ 5, whose options are shortened, has values', () => {
  const { metadata } = job().opts?.telemetry ?? {};
  const sandboxed = { id: '7', queueName: 'mails', opts: { tm: metadata } };
  extractJob(sandboxed, trusting).run(() => assert.deepEqual(readValues(), valuesOf(1)));
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

test('data of pg-boss that is for later has values, and no deadline if its sender says so', () => {
  const data = withDeadline(60_000, () => runInFlow(1, () => injectData({ number: 1 }, { deadline: false })));
  const extracted = extractBossJob({ data }, trusting);
  assert.equal(extracted.remaining, undefined);
  extracted.run(() => assert.deepEqual(readValues(), valuesOf(1)));
  assert.throws(() => injectData({}, { deadlin: false } as never), { message: /Did you mean "deadline"/ });
});

test('the result of a single job of pg-boss is that of its handler, also if it has none', async () => {
  assert.equal(await handleBossJob(async () => undefined, trusting)([{ id: '1', name: 'a', data: {} }]), undefined);
  assert.equal(await handleBossJob(async () => 5, trusting)([{ id: '1', name: 'a', data: {} }]), 5);
});

test('data of pg-boss that says how it is represented in JSON is represented so', () => {
  const data = injectData({ secret: 1, toJSON: () => ({ number: 1 }) } as object);
  assert.deepEqual(Object.keys(JSON.parse(JSON.stringify(data))).slice(0, 1), ['number']);
  assert.throws(() => injectData(new Date()), { code: 'ERR_INVALID_ARG_TYPE' });
});

test('a message of RabbitMQ has the deadline of its sender, less the time since it was sent', () => {
  const { headers } = withDeadline(60_000, () => injectMessage({ headers: { own: 1 } }));
  const { remaining = 0 } = extractAmqpMessage({ properties: { headers } }, trusting);
  assert.ok(remaining > 30_000 && remaining <= 60_000, `${remaining}`);
  const old = { ...headers, 'throughline-sent-at': String(Date.now() - 3_600_000) };
  assert.equal(extractAmqpMessage({ properties: { headers: old } }, trusting).remaining, 0);
  for (const hostile of ['', '-1', 'x', '9'.repeat(400), 5, {}, null, String(Date.now() + 3_600_000)]) {
    const message = { properties: { headers: { ...headers, 'throughline-sent-at': hostile } } };
    const { remaining: left = -1 } = extractAmqpMessage(message, trusting);
    assert.ok(left >= 0 && left <= 60_000, `${String(hostile)}: ${left}`);
  }
  // A consumer that publishes a message again copies its headers.
  assert.deepEqual(injectMessage({ headers: old }).headers, { own: 1 });
});

test('a message of JetStream has the deadline of its sender, less the time since it was stored', () => {
  const entries = withDeadline(60_000, () => inject(new Map<string, string>()));
  const headers = {
    get: (name: string) => entries.get(name) ?? '',
    set: (name: string, value: string) => void entries.set(name, value),
    values: (name: string) => [entries.get(name) ?? []].flat(),
    keys: () => [...entries.keys()],
  };
  const remaining = (info?: object) => extractNatsMessage({ headers, info } as never, trusting).remaining ?? -1;
  assert.ok(remaining(undefined) > 30_000);
  assert.ok(remaining({ timestampNanos: Date.now() * 1e6 }) > 30_000);
  assert.equal(remaining({ timestampNanos: (Date.now() - 3_600_000) * 1e6 }), 0);
});

test('headers of NATS that a client of another language has written in upper case are read', () => {
  // Those of OpenTelemetry for Go are `Baggage` and `Traceparent`. NATS compares them exactly.
  const entries = new Map([['Baggage', ['order=1', 'tenant=acme']]]);
  const headers = {
    get: (name: string) => entries.get(name)?.[0] ?? '',
    set: (name: string, value: string) => void entries.set(name, [value]),
    values: (name: string) => entries.get(name) ?? [],
    keys: () => [...entries.keys()],
  };
  extractNatsMessage({ headers }, trusting).run(() => assert.deepEqual(readValues(), { tenant: 'acme', order: 1 }));
});

test('a misspelled or invalid option is an error when a handler is wrapped, not when its first message arrives', () => {
  const wrap: Readonly<Record<string, (options: object) => unknown>> = {
    amqplib: (options) => handleAmqpMessage(() => {}, options),
    bullmq: (options) => handleJob(async () => {}, options),
    'events of bullmq': (options) => handleJobEvent(() => {}, options),
    kafkajs: (options) => handleKafkaMessage(() => {}, options),
    nats: (options) => handleNatsMessage(() => {}, options),
    'pg-boss': (options) => handleBossJob(() => {}, options),
  };
  for (const [name, handle] of Object.entries(wrap)) {
    assert.throws(() => handle({ trsut: true }), { message: /^handle\w+\(\) has no option "trsut".*"trust"/ }, name);
    assert.throws(() => handle({ elapsed: 5 }), { code: 'ERR_INVALID_ARG_VALUE' }, name);
    assert.throws(() => handle({ trust: 'tenant' }), { message: /^handle\w+\(\): trust must be/ }, name);
    assert.throws(() => handle({ deadline: -1 }), { code: 'ERR_INVALID_ARG_VALUE' }, name);
    assert.throws(() => handle(null as never), { code: 'ERR_INVALID_ARG_TYPE' }, name);
  }
  assert.throws(() => createTelemetry({ to: 5 } as never), { code: 'ERR_INVALID_ARG_TYPE' });
});

test('createTelemetry() names the option that was meant', () => {
  assert.throws(() => createTelemetry({ telemetri: undefined } as never), {
    code: 'ERR_INVALID_ARG_VALUE',
    message: /telemetri.*Did you mean "telemetry"/,
  });
});
