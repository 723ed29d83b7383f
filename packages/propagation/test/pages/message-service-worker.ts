/** A service worker: sends back what it reads to the page that sent the message. */
import { receive, send } from '@throughline/propagation/post-message';
import { readUser } from './page-values.js';

interface ServiceWorkerScope extends EventTarget {
  skipWaiting(): Promise<void>;
  readonly clients: { claim(): Promise<void> };
}

const scope = self as unknown as ServiceWorkerScope;

scope.addEventListener('install', () => void scope.skipWaiting());
scope.addEventListener('activate', (event) => {
  (event as Event & { waitUntil(promise: Promise<void>): void }).waitUntil(scope.clients.claim());
});
receive(scope, async (message, event) => send(event.source as unknown as Worker, await readUser(message)));
