/// <reference lib="dom" />
/// <reference lib="dom.iterable" />
/** What only the web has, a chapter for each family. The references are for all of them: Node's types do not have it. */
import type { Chapter } from '../../case.js';
import { webCallbacks } from './callbacks.js';
import { elements } from './elements.js';
import { webEvents } from './events.js';
import { media } from './media.js';
import { webObservers } from './observers.js';
import { requests } from './requests.js';
import { webSchedulers } from './schedulers.js';

export const web: readonly Chapter[] = [
  webSchedulers,
  webCallbacks,
  requests,
  elements,
  media,
  webEvents,
  webObservers,
];
