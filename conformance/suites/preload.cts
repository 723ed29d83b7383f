/**
 * What the registered run of a suite loads in each process, with `-r`: `throughline/register`, and a storage that holds a
 * value, as one of an application does. Without it, a suite that makes no storage would not show how its library works
 * with Throughline's engine.
 */
import asyncHooks = require('node:async_hooks');

require('throughline/register');
new asyncHooks.AsyncLocalStorage<string>().enterWith('the value of an application');
