/**
 * Worker threads send their findings to the main thread, which prints one report for the process.
 *
 * A message on a channel of the process is in the queue of the main thread as soon as it was sent. It can be read there
 * without the event loop, also if the worker has been terminated since.
 */
import { BroadcastChannel, type MessagePort, receiveMessageOnPort, threadId } from 'node:worker_threads';
import type { Report } from './report.js';

const CHANNEL = 'throughline.doctor.reports';

interface ThreadReport {
  readonly thread: number;
  readonly report: Report;
}

/** @returns a function that returns the last report of each thread */
export function receiveReportsOfThreads(): () => Report[] {
  const reports = new Map<number, Report>();
  const add = ({ thread, report }: ThreadReport) => reports.set(thread, report);
  const channel = new BroadcastChannel(CHANNEL);
  channel.onmessage = ({ data }) => add(data);
  channel.unref();
  return () => {
    // Deno does not read a channel like a port: there, what has not arrived yet is not reported.
    if (process.versions.deno === undefined) for (const report of readQueue(channel)) add(report);
    return [...reports.values()];
  };
}

function* readQueue(channel: BroadcastChannel): Generator<ThreadReport> {
  // A channel can be read like a port, which its types do not say.
  const port = channel as unknown as MessagePort;
  for (let received = receiveMessageOnPort(port); received; received = receiveMessageOnPort(port)) {
    yield received.message;
  }
}

/** Called in a worker thread. */
export function sendReportOfThread(report: Report): void {
  // Closed at once: this thread would otherwise receive the reports of all others.
  const channel = new BroadcastChannel(CHANNEL);
  const message: ThreadReport = { thread: threadId, report };
  channel.postMessage(message);
  channel.close();
}
