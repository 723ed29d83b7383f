import assert from 'node:assert/strict';
import { test } from 'node:test';
import { type FlowEventView, FlowLanes } from './flow-lanes.js';

const event = (type: 'open' | 'read', flow: number | undefined, value: string, time: number, isWrong = false) =>
  ({ type, flow, value, time, isWrong, storage: 'user', place: { line: 1, column: 1 } }) satisfies FlowEventView;

test('a lane holds the reads of its flow, and the last lane those outside of all flows', () => {
  const lanes = new FlowLanes();
  lanes.add(event('read', undefined, 'undefined', 0));
  lanes.add(event('open', 40, 'ada', 1));
  lanes.add(event('open', 50, 'bob', 2));
  lanes.add(event('open', 50, 'nested', 3));
  lanes.add(event('read', 40, 'ada', 4));
  lanes.add(event('read', 50, 'ada', 5, true));
  assert.deepEqual(
    lanes.lanes.map(({ number, value, startTime, lastTime, reads }) => [
      number,
      value,
      startTime,
      lastTime,
      reads.map((read) => read.value),
    ]),
    [
      [1, 'ada', 1, 4, ['ada']],
      [2, 'bob', 2, 5, ['ada']],
      [0, '', 0, 0, ['undefined']],
    ],
  );
  assert.deepEqual(lanes.counts, { flows: 2, reads: 3, wrong: 1 });
  assert.equal(lanes.endTime, 5);
});

test('further lanes and reads are counted only', () => {
  const lanes = new FlowLanes();
  for (let flow = 0; flow < 30; flow++) lanes.add(event('open', flow, 'ada', flow));
  for (let time = 0; time < 70; time++) lanes.add(event('read', 0, 'ada', time));
  lanes.add(event('read', 29, 'ada', 80));
  assert.equal(lanes.lanes.length, 24);
  assert.equal(lanes.moreLanes, 6);
  assert.deepEqual([lanes.lanes[0]?.reads.length, lanes.lanes[0]?.moreReads], [60, 10]);
  assert.deepEqual(lanes.counts, { flows: 30, reads: 71, wrong: 0 });
});

test('a flow that no run() has opened has a lane from its first read on', () => {
  const lanes = new FlowLanes();
  lanes.add(event('read', 7, 'ada', 3));
  assert.deepEqual([lanes.lanes[0]?.number, lanes.lanes[0]?.value], [1, '']);
});
