import type { AsyncLocalStorage } from 'throughline';
import { equal } from '../../assert.js';
import type { Case, Chapter } from '../../case.js';
import { assertCallbackKeepsFrame, runInFlowOrRoot } from '../../concurrent-flows.js';
import { casesRequiring, type Feature } from '../../features.js';
import { nextEvent, whileInPage } from './dom.js';
import { silentWav } from './silent-wav.js';

/** After this time, a browser counts as unable to play sound or video. */
const PLAYBACK_TIMEOUT_MS = 4000;

const soundPlayback: Feature = {
  name: 'sound',
  probe: () =>
    withSound(0.1, async (url) => {
      const player = createPlayer(url);
      await new Promise<void>((resolve, reject) => {
        setTimeout(() => reject(new Error('playback has not ended')), PLAYBACK_TIMEOUT_MS);
        player.onended = () => resolve();
        player.onerror = () => reject(new Error('the sound cannot be played'));
        player.play().catch(reject);
      });
    }),
};

const videoFrames: Feature = {
  name: 'video frames',
  probe: () =>
    withVideo(
      (video) =>
        new Promise<void>((resolve, reject) => {
          setTimeout(() => reject(new Error('no video frame')), PLAYBACK_TIMEOUT_MS);
          video.requestVideoFrameCallback(() => resolve());
        }),
    ),
};

const soundCases = casesRequiring(soundPlayback, [
  {
    name: 'The listeners of a media element run in the frame of the assignment to src for loading and of the play() call for playback',
    needs: ['document'],
    run: ({ AsyncLocalStorage }) =>
      withSound(0.2, async (url) => {
        const storage = new AsyncLocalStorage<string>();
        const player = storage.run('creator', () => createPlayer());
        await nextEvent(player, 'volumechange');
        const valuesOf = recordMediaEvents(storage, player);
        storage.run('loader', () => {
          player.src = url;
        });
        await nextEvent(player, 'canplay');
        storage.run('player', () => void player.play());
        await nextEvent(player, 'ended');
        const loading = ['loadstart', 'durationchange', 'loadedmetadata', 'loadeddata', 'canplay'];
        for (const type of loading) equal(valuesOf(type), ['loader'], type);
        for (const type of ['play', 'playing', 'timeupdate', 'pause', 'ended']) equal(valuesOf(type), ['player'], type);
        for (const type of ['progress', 'suspend', 'canplaythrough'])
          equal(valuesOf(type).filter((value) => value !== 'loader').length, 0, type);
      }),
  },
  {
    name: 'The listeners for a pause, a volume change and a seek during playback run in the frame of the call or assignment',
    needs: ['document'],
    run: ({ AsyncLocalStorage }) =>
      withSound(10, async (url) => {
        const storage = new AsyncLocalStorage<string>();
        const player = storage.run('creator', () => createPlayer(url));
        const valuesOf = recordMediaEvents(storage, player);
        storage.run('player', () => void player.play());
        await nextEvent(player, 'playing');
        storage.run('volume', () => {
          player.volume = 0.5;
        });
        // The same volume again: no change, and no event.
        storage.run('other', () => {
          player.volume = 0.5;
        });
        await nextEvent(player, 'volumechange');
        storage.run('seeker', () => {
          player.currentTime = 5;
        });
        await nextEvent(player, 'seeked');
        storage.run('pauser', () => player.pause());
        await nextEvent(player, 'pause');
        void player.play();
        await nextEvent(player, 'playing');
        player.muted = false;
        await nextEvent(player, 'volumechange');
        player.pause();
        await nextEvent(player, 'pause');
        equal(valuesOf('volumechange'), ['volume', undefined], 'volumechange');
        equal(valuesOf('seeking'), ['seeker'], 'seeking');
        equal(valuesOf('seeked'), ['seeker'], 'seeked');
        equal(valuesOf('pause'), ['pauser', undefined], 'pause');
        equal(valuesOf('play'), ['player', undefined], 'play');
      }),
  },
  {
    name: 'Media elements that play in two flows and in the root keep their own frames',
    needs: ['document'],
    run: ({ AsyncLocalStorage }) =>
      withSound(0.1, async (url) => {
        const storage = new AsyncLocalStorage<string>();
        const play = async (value: string | undefined) => {
          const create = () => {
            const player = createPlayer(url);
            void player.play();
            return player;
          };
          const player = runInFlowOrRoot(storage, value, create);
          const valuesOf = recordMediaEvents(storage, player);
          await nextEvent(player, 'ended');
          for (const type of ['loadedmetadata', 'play', 'pause', 'ended']) equal(valuesOf(type), [value], type);
        };
        await Promise.all(['a', undefined, 'b'].map(play));
      }),
  },
  {
    name: 'The loadedmetadata listener of a media element runs in the frame of the insertion of a source or of the load() call',
    needs: ['document'],
    run: ({ AsyncLocalStorage }) =>
      withSound(0.1, async (url) => {
        const storage = new AsyncLocalStorage<string>();
        const player = createPlayer();
        player.preload = 'auto';
        const valuesOf = recordMediaEvents(storage, player);
        const source = document.createElement('source');
        source.src = url;
        storage.run('inserter', () => player.append(source));
        await nextEvent(player, 'loadedmetadata');
        storage.run('loader', () => player.load());
        await nextEvent(player, 'loadedmetadata');
        equal(valuesOf('loadedmetadata'), ['inserter', 'loader']);
      }),
  },
]);

const otherCases: Case[] = [
  {
    name: 'The volumechange and ratechange listeners of an idle media element run in the frame of the assignment that changes the value',
    needs: ['document'],
    async run({ AsyncLocalStorage }) {
      const storage = new AsyncLocalStorage<string>();
      const player = storage.run('creator', () => createPlayer());
      const valuesOf = recordMediaEvents(storage, player);
      const set = (property: 'volume' | 'playbackRate', value: number) => () => {
        player[property] = value;
      };
      storage.run('volume', set('volume', 0.5));
      storage.run('rate', set('playbackRate', 2));
      await nextEvent(player, 'ratechange');
      storage.run('other', set('volume', 0.5));
      storage.run('other', set('playbackRate', 2));
      set('volume', 1)();
      set('playbackRate', 1)();
      await nextEvent(player, 'ratechange');
      equal(valuesOf('volumechange'), ['volume', undefined], 'volumechange');
      equal(valuesOf('ratechange'), ['rate', undefined], 'ratechange');
    },
  },
  {
    name: 'The loadedmetadata listener of an Audio created with a URL runs in the frame of the constructor call',
    needs: ['document', 'Audio'],
    run: ({ AsyncLocalStorage }) =>
      withSound(0.1, async (url) => {
        const storage = new AsyncLocalStorage<string>();
        const load = async (value: string | undefined) => {
          const create = () => new Audio(url);
          const player = runInFlowOrRoot(storage, value, create);
          const valuesOf = recordMediaEvents(storage, player);
          await nextEvent(player, 'loadedmetadata');
          equal(valuesOf('loadedmetadata'), [value]);
        };
        await Promise.all(['a', undefined, 'b'].map(load));
      }),
  },
  {
    name: 'The error listener of a media element that cannot load runs in the frame of the assignment to src',
    needs: ['document'],
    async run({ AsyncLocalStorage }) {
      const storage = new AsyncLocalStorage<string>();
      const player = createPlayer();
      const valuesOf = recordMediaEvents(storage, player);
      storage.run('flow', () => {
        player.src = '/missing';
      });
      await nextEvent(player, 'error');
      equal(valuesOf('error'), ['flow']);
    },
  },
];

const videoCases = casesRequiring(videoFrames, [
  {
    name: 'The requestVideoFrameCallback() callback runs in the frame of the call',
    needs: ['document'],
    run: (implementation) =>
      withVideo((video) =>
        assertCallbackKeepsFrame(implementation, (callback) => video.requestVideoFrameCallback(() => callback())),
      ),
  },
]);

export const media: Chapter = { title: 'Web: sound and video', cases: [...soundCases, ...otherCases, ...videoCases] };

const MEDIA_EVENTS = (
  'loadstart progress suspend emptied abort error stalled loadedmetadata loadeddata canplay canplaythrough ' +
  'durationchange play playing waiting timeupdate ended pause seeking seeked volumechange ratechange'
).split(' ');

/** Creates a muted video element, the only media that a page may play without a user gesture in every browser. */
function createPlayer(url?: string): HTMLVideoElement {
  const player = document.createElement('video');
  player.muted = true;
  if (url !== undefined) player.src = url;
  return player;
}

/**
 * Registers listeners for all media events.
 * @returns a function that returns the values read in the listeners of an event type, in order, without consecutive
 * duplicates
 */
function recordMediaEvents(
  storage: AsyncLocalStorage<string>,
  player: HTMLMediaElement,
): (type: string) => (string | undefined)[] {
  const valuesByType = new Map<string, (string | undefined)[]>();
  storage.run('listener', () => {
    for (const type of MEDIA_EVENTS) {
      player.addEventListener(type, () => {
        const values = valuesByType.get(type) ?? [];
        valuesByType.set(type, values);
        const value = storage.getStore();
        if (values.length === 0 || values.at(-1) !== value) values.push(value);
      });
    }
  });
  return (type) => valuesByType.get(type) ?? [];
}

/** Calls `step` with the URL of a silent sound. */
async function withSound(seconds: number, step: (url: string) => Promise<void>): Promise<void> {
  const url = URL.createObjectURL(new Blob([silentWav(seconds)], { type: 'audio/wav' }));
  try {
    await step(url);
  } finally {
    URL.revokeObjectURL(url);
  }
}

/** Calls `step` with a video that plays the stream of a canvas, on which something moves. */
async function withVideo(step: (video: HTMLVideoElement) => Promise<void>): Promise<void> {
  const canvas = document.createElement('canvas');
  const context = canvas.getContext('2d');
  if (context === null) throw new Error('no canvas');
  let painted = 0;
  const paint = () => context.fillRect(painted++ % 100, 0, 1, 100);
  paint();
  const painting = setInterval(paint, 10);
  const video = document.createElement('video');
  video.muted = true;
  const stream = canvas.captureStream();
  video.srcObject = stream;
  try {
    await whileInPage(video, async () => {
      void video.play();
      await step(video);
    });
  } finally {
    clearInterval(painting);
    for (const track of stream.getTracks()) track.stop();
    video.srcObject = null;
  }
}
