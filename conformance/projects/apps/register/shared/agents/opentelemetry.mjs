import { register } from 'node:module';
import { createAddHookMessageChannel } from 'import-in-the-middle';

// The hooks leave all modules alone that are not instrumented: SvelteKit does not run otherwise.
const { registerOptions, waitForAllMessagesAcknowledged } = createAddHookMessageChannel();
register('import-in-the-middle/hook.mjs', import.meta.url, registerOptions);
await import('./opentelemetry.cjs');
await waitForAllMessagesAcknowledged();
