/** The types of the transports follow from what they wrap. */
import type { ChildProcess, SendHandle } from 'node:child_process';
import type * as http from 'node:http';
import { test } from 'node:test';
import type { Worker } from 'node:worker_threads';
import type { Extracted } from '@throughline/propagation';
import * as childProcess from '@throughline/propagation/child-process';
import { endpoint } from '@throughline/propagation/comlink';
import { tick } from '@throughline/propagation/croner';
import { type PropagatingFetchOptions, propagatingFetch } from '@throughline/propagation/fetch';
import { incoming } from '@throughline/propagation/incoming';
import { propagatingHttp } from '@throughline/propagation/node-http';
import { runTask, taskHandler } from '@throughline/propagation/piscina';
import type * as postMessage from '@throughline/propagation/post-message';
import { propagatingDispatcher } from '@throughline/propagation/undici';
import * as threads from '@throughline/propagation/worker-threads';
import type { RequestScopeOptions } from '@throughline/request';
import type { Endpoint } from 'comlink';
import { expectTypeOf } from 'expect-type';
import type { Piscina } from 'piscina';
import type { Tinypool } from 'tinypool';
import type { Dispatcher } from 'undici';

test('clients have the types of what they wrap, and need the origins', () => {
  expectTypeOf(propagatingFetch).returns.toEqualTypeOf<typeof fetch>();
  expectTypeOf<PropagatingFetchOptions>().toHaveProperty('to');
  // @ts-expect-error: the origins are required.
  expectTypeOf(propagatingFetch).toBeCallableWith({});
  expectTypeOf(propagatingHttp({ to: [] }).get).toExtend<typeof http.get>();
  expectTypeOf(propagatingDispatcher).returns.toEqualTypeOf<Dispatcher>();
});

test('incoming() is the option of every adapter', () => {
  expectTypeOf(incoming()).toExtend<NonNullable<RequestScopeOptions['propagation']>>();
  expectTypeOf(incoming()).returns.toEqualTypeOf<Extracted>();
});

test('messages have the type that the listener states', () => {
  expectTypeOf(threads.receive<{ size: number }>)
    .parameter(1)
    .toEqualTypeOf<(message: { size: number }) => void>();
  expectTypeOf<Worker>().toExtend<threads.MessageSource & threads.MessageTarget>();
  expectTypeOf(childProcess.receive<string>)
    .parameter(1)
    .toEqualTypeOf<(message: string, handle?: SendHandle) => void>();
  expectTypeOf<ChildProcess>().toExtend<childProcess.MessageSource & childProcess.MessageTarget>();
  expectTypeOf<NodeJS.Process>().toExtend<childProcess.MessageSource & childProcess.MessageTarget>();
  expectTypeOf<Window>().toExtend<postMessage.MessageSource & postMessage.MessageTarget>();
  expectTypeOf<ServiceWorkerContainer>().toExtend<postMessage.MessageSource>();
  expectTypeOf<BroadcastChannel>().toExtend<postMessage.MessageSource & postMessage.MessageTarget>();
  expectTypeOf(endpoint).returns.toExtend<Endpoint>();
});

test('functions keep their parameters and results', () => {
  expectTypeOf(tick((one: number, two?: string) => `${one}${two}`)).toEqualTypeOf<
    (one: number, two?: string) => string
  >();
  expectTypeOf(taskHandler(async (order: number) => order)).toEqualTypeOf<(task: number) => Promise<number>>();
  expectTypeOf(runTask<Piscina<string, boolean>>).returns.toEqualTypeOf<Promise<boolean>>();
  expectTypeOf(runTask<Piscina<string, boolean>>)
    .parameter(1)
    .toEqualTypeOf<string>();
  expectTypeOf<Tinypool>().toExtend<Parameters<typeof runTask>[0]>();
});
