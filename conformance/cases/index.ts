/** All chapters, in the order in which `docs/conformance.md` prints them. */
import type { Chapter } from '../case.js';
import { asyncBuiltins } from './async-builtins.js';
import { asyncContext } from './async-context.js';
import { asyncLocalStorage } from './async-local-storage.js';
import { asyncResource } from './async-resource.js';
import { awaits } from './await.js';
import { compressionAndCrypto } from './compression-and-crypto.js';
import { events } from './events.js';
import { fileSystem } from './file-system.js';
import { generators } from './generators.js';
import { http } from './http.js';
import { memory } from './memory.js';
import { network } from './network.js';
import { processesAndThreads } from './processes-and-threads.js';
import { promises } from './promises.js';
import { realmsAndHooks } from './realms-and-hooks.js';
import { schedulers } from './schedulers.js';
import { sharedResources } from './shared-resources.js';
import { streams } from './streams.js';
import { web } from './web/index.js';
import { webStreams } from './web-streams.js';

export const chapters: readonly Chapter[] = [
  asyncLocalStorage,
  asyncResource,
  asyncContext,
  promises,
  awaits,
  generators,
  asyncBuiltins,
  memory,
  schedulers,
  fileSystem,
  network,
  http,
  streams,
  webStreams,
  compressionAndCrypto,
  processesAndThreads,
  events,
  realmsAndHooks,
  sharedResources,
  ...web,
];
