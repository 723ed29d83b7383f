/** `npm run test:all` runs this before the tests of the oldest frameworks. */
import { installOldestFrameworks } from './oldest-frameworks.js';

installOldestFrameworks();
