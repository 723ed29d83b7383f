/**
 * Unpacks the Chromium of `@sparticuz/chromium`. The package unpacks into the directory for temporary files, under
 * fixed names that every program on the machine shares, and it omits the libraries unless environment variables show
 * the cloud that it was made for. This script therefore runs in a separate process, whose environment variables name a
 * private directory and that cloud.
 */
import chromium from '@sparticuz/chromium';

await chromium.executablePath();
