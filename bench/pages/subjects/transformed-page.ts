/** A page that is built with the transform. This module comes before the framework, which may keep what it patches. */
import { throughlineSubject } from '../../browsers/subjects/throughline-in-browser.js';

export const subject = throughlineSubject('transformed');
