/// <reference lib="dom" />
/// <reference lib="dom.iterable" />
/**
 * The chapters about APIs that only pages have, one for each family. The references above provide the types of the DOM
 * to all cases, because the types of Node do not contain them.
 */
import type { Chapter } from '../../case.js';
import { completionCallbacks } from './completion-callbacks.js';
import { domEvents } from './dom-events.js';
import { elements } from './elements.js';
import { media } from './media.js';
import { mediaTasks } from './media-tasks.js';
import { modernDom } from './modern-dom.js';
import { navigation } from './navigation.js';
import { observers } from './observers.js';
import { pageSchedulers } from './page-schedulers.js';
import { promiseFunctions } from './promise-functions.js';
import { taskObjects } from './task-objects.js';

export const web: readonly Chapter[] = [
  pageSchedulers,
  completionCallbacks,
  taskObjects,
  elements,
  media,
  mediaTasks,
  domEvents,
  modernDom,
  navigation,
  promiseFunctions,
  observers,
];
