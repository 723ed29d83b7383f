/** What the plugins let a page load before any other code of it: the web patches, without the interception of `await`. */
import { install } from 'throughline/web';

install({ await: false });
