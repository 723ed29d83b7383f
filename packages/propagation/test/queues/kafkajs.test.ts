/**
 * The functions for KafkaJS, without a broker: KafkaJS itself encodes each message as it is sent to a broker, and decodes
 * it as it comes from there.
 */
import assert from 'node:assert/strict';
import { createRequire } from 'node:module';
import { test } from 'node:test';
import { propagationReport } from '@throughline/propagation';
import { extractMessage, handleMessage, injectMessage } from '@throughline/propagation/kafkajs';
import type { EachMessagePayload, IHeaders, KafkaMessage, Message } from 'kafkajs';
import { HOSTILE_ENTRIES, NOTHING, readLater, runInFlow, valuesOf } from './values.js';

const trusting = { trust: true } as const;
const numbers = Array.from({ length: 40 }, (_, index) => index);

/** A reader of bytes that KafkaJS has received. */
interface Decoder {
  readVarInt(): number;
}

const require = createRequire(import.meta.url);
const encodeRecord: (message: { key: null; value: Buffer; headers: IHeaders }) => {
  buffer: Buffer;
} = require('kafkajs/src/protocol/recordBatch/record/v0/index.js');
const decodeRecord: (
  decoder: Decoder,
  batch: object,
) => KafkaMessage = require('kafkajs/src/protocol/recordBatch/record/v0/decoder.js');
const DecoderOfKafka: new (bytes: Buffer) => Decoder = require('kafkajs/src/protocol/decoder.js');

/** Sends a message through the encoder and the decoder of KafkaJS. */
function transfer({ value, headers = {} }: Message): KafkaMessage {
  const { buffer } = encodeRecord({ key: null, value: Buffer.from(`${value}`), headers });
  const decoder = new DecoderOfKafka(buffer);
  decoder.readVarInt();
  return decodeRecord(decoder, { firstOffset: '0', firstTimestamp: '0', magicByte: 2 });
}

const payloadOf = (message: KafkaMessage) => ({ topic: 'mails', partition: 0, message }) as EachMessagePayload;

test('the handler of each message runs with the values of the flow that produced it', async () => {
  const eachMessage = handleMessage(async ({ message }: EachMessagePayload) => {
    return { number: Number(message.value), reads: await readLater() };
  }, trusting);
  const messages = numbers.map((number) =>
    runInFlow(number, () => transfer(injectMessage({ value: `${number}`, headers: { kept: 'yes' } }))),
  );
  assert.equal(`${messages[0]?.headers?.kept}`, 'yes');
  const handled = await Promise.all(messages.map((message) => eachMessage(payloadOf(message))));
  assert.deepEqual(
    handled,
    numbers.map((number) => ({ number, reads: valuesOf(number) })),
  );
});

test('the message of the application is not changed', () => {
  const message = { value: '1', headers: { kept: 'yes' } };
  runInFlow(1, () => injectMessage(message));
  assert.deepEqual(message, { value: '1', headers: { kept: 'yes' } });
});

test('messages without values, with hostile ones, and those that are not trusted are handled without values', async (t) => {
  const { dropped } = propagationReport();
  const read = handleMessage(readLater, trusting);
  for (const headers of [{}, { other: 'x' }]) {
    assert.deepEqual(await runInFlow(99, () => read(payloadOf(transfer({ value: '1', headers })))), NOTHING);
  }
  const { headers: _, ...withoutHeaders } = transfer({ value: '1' });
  assert.deepEqual(await read(payloadOf(withoutHeaders as KafkaMessage)), NOTHING);
  assert.equal(propagationReport().dropped, dropped);

  t.mock.method(process, 'emitWarning', () => {});
  for (const entry of HOSTILE_ENTRIES) {
    for (const baggage of [entry, [entry, entry, 'order=%7B'], Buffer.from([0xff, 0xfe, 0, 1])]) {
      assert.deepEqual(
        await read(payloadOf(transfer({ value: '1', headers: { baggage, traceparent: baggage } }))),
        NOTHING,
      );
    }
  }
  const own = runInFlow(1, () => transfer(injectMessage({ value: '1' })));
  assert.deepEqual(await extractMessage(own).run(readLater), NOTHING);
  assert.deepEqual(await extractMessage(own, trusting).run(readLater), valuesOf(1));
});
