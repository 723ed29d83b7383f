/** The flows of the examples, built with the transform and the doctor, without the page that shows them. */
import { fileURLToPath } from 'node:url';
import type { Finding } from '@throughline/doctor';
import type { Browser } from '@throughline/testing/browsers';
import { serveWithDoctor } from './page-programs.js';

const path = (relative: string) => fileURLToPath(new URL(`../../../../examples/${relative}`, import.meta.url));

const FLOWS = 6;

/** The message with which a flow says that it has ended. */
const FINAL_MESSAGES = { browser: 'end', tracing: 'done' } as const;

/** Starts overlapping flows of an example, waits until all have ended, and returns the findings. */
export async function findInExample(browser: Browser, example: keyof typeof FINAL_MESSAGES): Promise<Finding[]> {
  const manager = path('tracing/flow/managers/throughline.ts');
  const server = await serveWithDoctor(true, {
    root: path(`${example}/flow`),
    resolve: { alias: example === 'tracing' ? { 'context-manager': manager } : {} },
    optimizeDeps: {
      include: ['throughline/web', ...(example === 'tracing' ? TRACING_DEPENDENCIES : [])],
    },
  });
  try {
    const page = await browser.openPage(server.origin);
    // The page that posts the clicks is the window itself, because it has no parent.
    const found = await page.evaluate(`(async () => {
      const ended = new Set();
      await new Promise((resolve, reject) => {
        addEventListener('message', ({ data }) => {
          if (data.kind === 'failure') reject(new Error(data.reason));
          if (data.kind === '${FINAL_MESSAGES[example]}') ended.add(data.flowId);
          if (ended.size === ${FLOWS}) resolve();
        });
        for (let flowId = 1; flowId <= ${FLOWS}; flowId++) {
          const pauses = Array.from({ length: 20 }, (_, index) => 5 + ((flowId * 7 + index * 5) % 20));
          postMessage({ flowId, user: 'user ' + flowId, pauses }, location.origin);
        }
      });
      return globalThis.findings();
    })()`);
    await page.close();
    return found as Finding[];
  } finally {
    await server.close();
  }
}

const TRACING_DEPENDENCIES = ['@opentelemetry/api', '@opentelemetry/sdk-trace-base', '@throughline/opentelemetry'];
