/** What must hold for every carrier. */
import assert from 'node:assert/strict';
import { context, propagation } from '@opentelemetry/api';
import { AsyncLocalStorageContextManager } from '@opentelemetry/context-async-hooks';
import { CompositePropagator, W3CBaggagePropagator, W3CTraceContextPropagator } from '@opentelemetry/core';
import { extract, inject, Propagated } from '@throughline/propagation';
import { setSigningKeys } from '@throughline/propagation/signing';
import { z } from 'zod';
import { HostileCarriers } from './hostile-carrier.js';

// A propagator reads what is trusted too.
context.setGlobalContextManager(new AsyncLocalStorageContextManager().enable());
propagation.setGlobalPropagator(
  new CompositePropagator({ propagators: [new W3CTraceContextPropagator(), new W3CBaggagePropagator()] }),
);

setSigningKeys([{ id: 'k1', secret: 'a secret of thirty-two characters' }]);

const tenantSchema = z.string().regex(/^[a-z]{1,16}$/);
const userSchema = z.object({ id: z.number().int() });

const tenant = new Propagated('tenant', { schema: tenantSchema });
const user = new Propagated('user', { schema: userSchema, version: 2, migrate: (value) => value });
const note = new Propagated<unknown>('note');
const locale = new Propagated('locale', { schema: z.string(), trust: true });
const signed = new Propagated<string>('signed', { sign: true });
const internal = new Propagated<unknown>('internal', { trust: false });

/** The headers that a program of the application has sent. */
function sentHeaders(): Record<string, string> {
  return tenant.run('acme', () =>
    user.run({ id: 5 }, () =>
      note.run('a note, with "marks"; 😀', () =>
        locale.run('fr', () => signed.run('right', () => inject({ 'throughline-timeout-ms': '60000' }))),
      ),
    ),
  );
}

/**
 * Receives carriers.
 * @returns how many were received, and how many values were believed in them
 */
export function checkHostileCarriers(count: number, seed: number): { received: number; believed: number } {
  const carriers = new HostileCarriers(seed);
  const sent = sentHeaders();
  let received = 0;
  let believed = 0;
  for (let index = 0; index < count; index++) {
    const carrier = carriers.next(sent);
    const trust = index % 2 === 0;
    // The flow that receives has values of its own, which are none of the carrier's.
    tenant.run('receiver', () =>
      signed.run('of the receiver', () =>
        extract(carrier, { trust, from: `sender ${index % 300}` }).run(() => {
          received++;
          believed += checkValues(trust);
          checkSentOn();
        }),
      ),
    );
    assert.equal(Reflect.get({}, 'polluted'), undefined, 'the prototype of all objects is polluted');
  }
  return { received, believed };
}

/** @returns the number of values that the flow has */
function checkValues(trust: boolean): number {
  const values = [tenant, user, note, locale, signed, internal].map((value) => value.get());
  const [ofTenant, ofUser, ofNote, ofLocale, ofSigned, ofInternal] = values;
  if (!trust) assert.deepEqual([ofTenant, ofUser, ofNote], [undefined, undefined, undefined]);
  if (ofTenant !== undefined) assert.ok(tenantSchema.safeParse(ofTenant).success && ofTenant !== 'receiver');
  if (ofUser !== undefined) assert.deepEqual(userSchema.parse(ofUser), ofUser);
  if (ofLocale !== undefined) assert.equal(typeof ofLocale, 'string');
  assert.ok(ofSigned === undefined || ofSigned === 'right', `a forged value is believed: ${String(ofSigned)}`);
  assert.equal(ofInternal, undefined);
  return values.filter((value) => value !== undefined).length;
}

/** What was received can be sent on, in a header that nothing in it can end. */
function checkSentOn(): void {
  const { baggage = '' } = inject({} as { baggage?: string });
  // OpenTelemetry does not encode the properties of its entries.
  assert.match(baggage, /^[\t\x20-\x7e]*$/);
  assert.ok(baggage.length <= 8192);
}
