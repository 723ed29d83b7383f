import { equal } from '../../assert.js';
import type { Case, Chapter, Implementation } from '../../case.js';
import { assertFlowsKeepFrame } from '../../concurrent-flows.js';
import { AbsentFeatureError, casesRequiring, type Feature, globalMember } from '../../features.js';
import { delay, nextEvent } from './dom.js';
import type { Task } from './task-events.js';

/** Asserts that a task which a flow starts fires all `types`, and that the listeners run in the root. */
async function assertEventsInRoot(
  { AsyncLocalStorage }: Implementation,
  create: () => Task | Promise<Task>,
  types: readonly string[],
): Promise<void> {
  const storage = new AsyncLocalStorage<string>();
  const { target, start } = await storage.run('creator', create);
  const seen: string[] = [];
  await new Promise<void>((resolve) => {
    for (const type of types) {
      target.addEventListener(type, () => {
        seen.push(`${type} in ${storage.getStore()}`);
        if (type === types.at(-1)) resolve();
      });
    }
    storage.run('flow', start);
  });
  equal(
    seen,
    types.map((type) => `${type} in undefined`),
  );
}

/** Sets the description of a peer, and returns it with all addresses of the peer, so that none must be sent later. */
async function describe(
  peer: RTCPeerConnection,
  description: RTCSessionDescriptionInit,
): Promise<RTCSessionDescriptionInit> {
  const gathered = new Promise<void>((resolve) => {
    peer.addEventListener('icegatheringstatechange', () => {
      if (peer.iceGatheringState === 'complete') resolve();
    });
  });
  await peer.setLocalDescription(description);
  await gathered;
  return peer.localDescription ?? description;
}

const audioCases: readonly Case[] = [
  {
    name: 'The listeners of an OfflineAudioContext and of an audio node run in the root, and awaiting startRendering() keeps the frame',
    async run(implementation) {
      await assertEventsInRoot(implementation, () => {
        const target = new OfflineAudioContext(1, 800, 8000);
        return { target, start: () => void target.startRendering() };
      }, ['complete']);
      await assertEventsInRoot(implementation, () => {
        const context = new OfflineAudioContext(1, 8000, 8000);
        const target = new ConstantSourceNode(context);
        target.connect(context.destination);
        const start = () => {
          target.start();
          target.stop(0.1);
          void context.startRendering();
        };
        return { target, start };
      }, ['ended']);
      await assertFlowsKeepFrame(implementation, async (check) => {
        await new OfflineAudioContext(1, 800, 8000).startRendering();
        check('after startRendering()');
      });
    },
  },
];

/** Resolves if a recorder of a canvas fires `start`. */
const canvasRecorders: Feature = {
  name: 'recorders of a canvas',
  probe: () =>
    Promise.race([
      new Promise((resolve, reject) => {
        const recorder = createRecorder();
        recorder.onstart = resolve;
        recorder.onerror = reject;
        recorder.start();
      }),
      delay(2000).then(() => Promise.reject(new Error('no recording'))),
    ]),
};

function createRecorder(): MediaRecorder {
  const canvas = document.createElement('canvas');
  canvas.getContext('2d')?.fillRect(0, 0, 1, 1);
  return new MediaRecorder(canvas.captureStream(10));
}

const recorderCases: readonly Case[] = [
  {
    name: 'The start, dataavailable and stop listeners of a MediaRecorder run in the root',
    run: (implementation) =>
      assertEventsInRoot(implementation, () => {
        const target = createRecorder();
        target.addEventListener('start', () => setTimeout(() => target.stop(), 100), { once: true });
        return { target, start: () => target.start() };
      }, ['start', 'dataavailable', 'stop']),
  },
];

const bufferType = 'audio/webm; codecs="opus"';

const sourceBuffers: Feature = {
  name: 'source buffers',
  probe() {
    if (!MediaSource.isTypeSupported(bufferType)) throw new Error(`no ${bufferType}`);
  },
};

const bufferCases: readonly Case[] = [
  {
    name: 'The listeners of a SourceBuffer run in the root',
    run: (implementation) =>
      assertEventsInRoot(implementation, async () => {
        const source = new MediaSource();
        const audio = new Audio();
        audio.src = URL.createObjectURL(source);
        await nextEvent(source, 'sourceopen');
        const target = source.addSourceBuffer(bufferType);
        // The beginning of a file, of which more would have to follow.
        return { target, start: () => target.appendBuffer(new Uint8Array([0x1a, 0x45, 0xdf, 0xa3])) };
      }, ['updatestart', 'update', 'updateend']),
  },
];

const peerCases: readonly Case[] = [
  {
    name: 'Awaiting the methods of an RTCPeerConnection keeps the frame',
    run: (implementation) =>
      assertFlowsKeepFrame(implementation, async (check) => {
        const [peer, other] = [new RTCPeerConnection(), new RTCPeerConnection()];
        peer.createDataChannel('throughline');
        const offer = await peer.createOffer();
        check('after createOffer()');
        await other.setRemoteDescription(offer);
        check('after setRemoteDescription()');
        await other.setLocalDescription(await other.createAnswer());
        check('after setLocalDescription()');
        peer.close();
        other.close();
      }),
  },
  {
    name: 'The listeners of an RTCDataChannel and of its connection run in the root',
    async run({ AsyncLocalStorage }) {
      const storage = new AsyncLocalStorage<string>();
      const [first, second] = storage.run('creator', () => [new RTCPeerConnection(), new RTCPeerConnection()]);
      const seen: string[] = [];
      const record = ({ type }: Event) => seen.push(`${type} in ${storage.getStore()}`);
      second.ondatachannel = record;
      const exchange = async () => {
        const channel = storage.run('flow', () => first.createDataChannel('throughline'));
        for (const type of ['open', 'message', 'close']) channel.addEventListener(type, record);
        const events = ['open', 'message', 'close'].map((type) => nextEvent(channel, type));
        const received = new Promise<RTCDataChannel>((resolve) => {
          second.addEventListener('datachannel', (event) => resolve(event.channel));
        });
        await storage.run('negotiator', async () => {
          await second.setRemoteDescription(await describe(first, await first.createOffer()));
          await first.setRemoteDescription(await describe(second, await second.createAnswer()));
        });
        const [opened, messaged, closed] = events;
        await opened;
        const remote = await received;
        storage.run('sender', () => remote.send('text'));
        await messaged;
        storage.run('closer', () => remote.close());
        await closed;
      };
      const deadline = delay(8000).then(() =>
        Promise.reject(new AbsentFeatureError('no connection of two peers in a page')),
      );
      try {
        await Promise.race([exchange(), deadline]);
      } finally {
        first.close();
        second.close();
      }
      equal(
        seen.sort(),
        ['close', 'datachannel', 'message', 'open'].map((type) => `${type} in undefined`),
      );
    },
  },
];

const codecCases: readonly Case[] = [
  {
    name: 'The output callback of an AudioEncoder runs in the root, and awaiting flush() keeps the frame',
    async run({ AsyncLocalStorage }) {
      const storage = new AsyncLocalStorage<string>();
      const config = { codec: 'opus', sampleRate: 48_000, numberOfChannels: 1 };
      const { supported } = await AudioEncoder.isConfigSupported(config).catch(() => ({ supported: false }));
      if (!supported) throw new AbsentFeatureError('no encoder for Opus');
      const seen: (string | undefined)[] = [];
      const encoder = storage.run(
        'creator',
        () => new AudioEncoder({ output: () => seen.push(storage.getStore()), error: () => seen.push('error') }),
      );
      encoder.configure(config);
      const encode = async (timestamp: number) => {
        const data = new Float32Array(4800);
        encoder.encode(
          new AudioData({
            format: 'f32',
            sampleRate: 48_000,
            numberOfFrames: 4800,
            numberOfChannels: 1,
            timestamp,
            data,
          }),
        );
        await encoder.flush();
        return storage.getStore();
      };
      equal(await Promise.all([storage.run('a', encode, 0), storage.run('b', encode, 100_000)]), ['a', 'b']);
      equal(seen.length > 1, true, 'several outputs');
      equal([...new Set(seen)], [undefined]);
      encoder.close();
    },
  },
];

export const mediaTasks: Chapter = {
  title: 'Web: audio, recordings, codecs and peers',
  cases: [
    ...casesRequiring(globalMember('ConstantSourceNode'), audioCases),
    ...casesRequiring(canvasRecorders, recorderCases),
    ...casesRequiring(sourceBuffers, bufferCases),
    ...casesRequiring(globalMember('RTCPeerConnection'), peerCases),
    ...casesRequiring(globalMember('AudioEncoder'), codecCases),
  ],
};
