/**
 * Loaded with `-r` in each process of a registered run: `throughline/register`, and a storage that holds a value, as in
 * an application. Without that storage, a suite that creates none would not show how its library works with
 * Throughline's engine.
 */
import asyncHooks = require('node:async_hooks');

require('throughline/register');
new asyncHooks.AsyncLocalStorage<string>().enterWith('the value of an application');
