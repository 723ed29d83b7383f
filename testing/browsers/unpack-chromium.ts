/**
 * Unpacks the Chromium of `@sparticuz/chromium`. The package does so in the folder for temporary files, under fixed names
 * that all programs of the machine share, and leaves out the libraries where it does not see the cloud it was made for. So
 * it runs in a process of its own, this one, whose folder for temporary files and whose cloud are given to it.
 */
import chromium from '@sparticuz/chromium';

await chromium.executablePath();
