/** Tests what `registerWeb()` rejects. test/browsers.test.ts tests what it traces. */
import assert from 'node:assert/strict';
import { it } from 'node:test';
import { InMemorySpanExporter } from '@opentelemetry/sdk-trace';
import { registerWeb } from './register-web.js';

const exporter = new InMemorySpanExporter();

it('registerWeb() rejects options that do not exist, and names the nearest', () => {
  for (const [options, message] of [
    [
      { exporter, userInteractions: {} },
      /registerWeb\(\) has no option "userInteractions"\. Did you mean "userInteraction"\?/,
    ],
    [{ exporter, xmlHTTPRequest: false }, /Did you mean "xmlHttpRequest"\?/],
    [{ exporter, fetch: true }, /fetch must be an object .+ or false/],
    [{ exporter, userInteraction: null }, /userInteraction must be an object/],
    [{ serviceName: 'shop' }, /registerWeb\(\) needs an exporter or spanProcessors/],
  ] as const) {
    assert.throws(() => registerWeb(options as never), { name: 'TypeError', code: 'ERR_INVALID_OPTION', message });
  }
});

it('registerWeb() says on a server that it is for pages', () => {
  assert.throws(() => registerWeb({ exporter }), {
    code: 'ERR_NO_PAGE',
    message: /use registerNode\(\) of @throughline\/opentelemetry\/node/,
  });
});
