/**
 * Programs and servers that a test starts and that never outlive the test process.
 *
 * | To                                              | Use                                |
 * | ----------------------------------------------- | ---------------------------------- |
 * | find an installed program                       | `findProgram`                      |
 * | choose a port for a program that needs one      | `findFreePort`                     |
 * | run a program until it is no longer needed      | `startChild`                       |
 * | run a server until it is no longer needed       | `startTestServer`                  |
 * | report that a program is not installed          | `NotInstalled`, `isNotInstalled`   |
 *
 * `../databases` and `../brokers` are built from these: find the program, find a port, start a server whose probe opens a
 * connection.
 */
export { killWithThisProcess, type ManagedChild, startChild } from './child-process.js';
export { createDataDirectory, type DataDirectory, type ServerUser } from './data-directory.js';
export { findProgram } from './find-program.js';
export { findFreePort } from './free-port.js';
export { isNotInstalled, type NotInstalled } from './not-installed.js';
export { probeTcpPort } from './readiness.js';
export { startTestServer, type TestServer, type TestServerOptions } from './test-server.js';
