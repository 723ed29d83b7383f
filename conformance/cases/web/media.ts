import type { Case, Chapter } from '../../case.js';
import { equal } from '../../expect.js';
import { type Feature, needing } from '../../features.js';
import { eachCall } from '../../flows.js';
import { silence } from './silence.js';
import { inPage, told } from './tasks.js';

/** How long a browser is waited for that may have no way to play sound. */
const PATIENCE_MS = 4000;

const sound: Feature = {
  name: 'sound',
  attempt: () =>
    withSound(0.1, async (address) => {
      const player = silentPlayer(address);
      await new Promise<void>((resolve, reject) => {
        setTimeout(() => reject(new Error('no end')), PATIENCE_MS);
        player.onended = () => resolve();
        player.onerror = () => reject(new Error('cannot be played'));
        player.play().catch(reject);
      });
    }),
};

interface Storage {
  run<T>(value: string, fn: () => T): T;
  getStore(): string | undefined;
}

const frames: Feature = {
  name: 'video frames',
  attempt: () =>
    withVideo(
      (video) =>
        new Promise<void>((resolve, reject) => {
          setTimeout(() => reject(new Error('no frame')), PATIENCE_MS);
          video.requestVideoFrameCallback(() => resolve());
        }),
    ),
};

const soundCases = needing(sound, [
  {
    name: 'The listeners of a media element run in the frame of the assignment to src for loading and of the play() call for playback',
    needs: ['document'],
    run: ({ AsyncLocalStorage }) =>
      withSound(0.2, async (address) => {
        const storage = new AsyncLocalStorage<string>();
        const player = storage.run('maker', () => silentPlayer());
        await told(player, 'volumechange');
        const heard = hear(storage, player);
        storage.run('loader', () => {
          player.src = address;
        });
        await told(player, 'canplay');
        storage.run('player', () => void player.play());
        await told(player, 'ended');
        const loading = ['loadstart', 'durationchange', 'loadedmetadata', 'loadeddata', 'canplay'];
        for (const type of loading) equal(heard(type), ['loader'], type);
        for (const type of ['play', 'playing', 'timeupdate', 'pause', 'ended']) equal(heard(type), ['player'], type);
        for (const type of ['progress', 'suspend', 'canplaythrough'])
          equal(heard(type).filter((own) => own !== 'loader').length, 0, type);
      }),
  },
  {
    name: 'The listeners for a pause, a volume change and a seek during playback run in the frame of the call or assignment',
    needs: ['document'],
    run: ({ AsyncLocalStorage }) =>
      withSound(10, async (address) => {
        const storage = new AsyncLocalStorage<string>();
        const player = storage.run('maker', () => silentPlayer(address));
        const heard = hear(storage, player);
        storage.run('player', () => void player.play());
        await told(player, 'playing');
        storage.run('volume', () => {
          player.volume = 0.5;
        });
        // Nothing changes, and nothing is told.
        storage.run('other', () => {
          player.volume = 0.5;
        });
        await told(player, 'volumechange');
        storage.run('seeker', () => {
          player.currentTime = 5;
        });
        await told(player, 'seeked');
        storage.run('pauser', () => player.pause());
        await told(player, 'pause');
        void player.play();
        await told(player, 'playing');
        player.muted = false;
        await told(player, 'volumechange');
        player.pause();
        await told(player, 'pause');
        equal(heard('volumechange'), ['volume', undefined], 'volumechange');
        equal(heard('seeking'), ['seeker'], 'seeking');
        equal(heard('seeked'), ['seeker'], 'seeked');
        equal(heard('pause'), ['pauser', undefined], 'pause');
        equal(heard('play'), ['player', undefined], 'play');
      }),
  },
  {
    name: 'Media elements that play in two flows and in the root keep their own frames',
    needs: ['document'],
    run: ({ AsyncLocalStorage }) =>
      withSound(0.1, async (address) => {
        const storage = new AsyncLocalStorage<string>();
        const play = async (own: string | undefined) => {
          const make = () => {
            const player = silentPlayer(address);
            void player.play();
            return player;
          };
          const player = own === undefined ? make() : storage.run(own, make);
          const heard = hear(storage, player);
          await told(player, 'ended');
          for (const type of ['loadedmetadata', 'play', 'pause', 'ended']) equal(heard(type), [own], type);
        };
        await Promise.all(['a', undefined, 'b'].map(play));
      }),
  },
  {
    name: 'The loadedmetadata listener of a media element runs in the frame of the insertion of a source or of the load() call',
    needs: ['document'],
    run: ({ AsyncLocalStorage }) =>
      withSound(0.1, async (address) => {
        const storage = new AsyncLocalStorage<string>();
        const player = silentPlayer();
        player.preload = 'auto';
        const heard = hear(storage, player);
        const source = document.createElement('source');
        source.src = address;
        storage.run('inserter', () => player.append(source));
        await told(player, 'loadedmetadata');
        storage.run('loader', () => player.load());
        await told(player, 'loadedmetadata');
        equal(heard('loadedmetadata'), ['inserter', 'loader']);
      }),
  },
]);

const silentCases: Case[] = [
  {
    name: 'The volumechange and ratechange listeners of an idle media element run in the frame of the assignment that changes the value',
    needs: ['document'],
    async run({ AsyncLocalStorage }) {
      const storage = new AsyncLocalStorage<string>();
      const player = storage.run('maker', () => silentPlayer());
      const heard = hear(storage, player);
      const set = (property: 'volume' | 'playbackRate', value: number) => () => {
        player[property] = value;
      };
      storage.run('volume', set('volume', 0.5));
      storage.run('rate', set('playbackRate', 2));
      await told(player, 'ratechange');
      storage.run('other', set('volume', 0.5));
      storage.run('other', set('playbackRate', 2));
      set('volume', 1)();
      set('playbackRate', 1)();
      await told(player, 'ratechange');
      equal(heard('volumechange'), ['volume', undefined], 'volumechange');
      equal(heard('ratechange'), ['rate', undefined], 'ratechange');
    },
  },
  {
    name: 'The loadedmetadata listener of an Audio created with a URL runs in the frame of the constructor call',
    needs: ['document', 'Audio'],
    run: ({ AsyncLocalStorage }) =>
      withSound(0.1, async (address) => {
        const storage = new AsyncLocalStorage<string>();
        const load = async (own: string | undefined) => {
          const make = () => new Audio(address);
          const player = own === undefined ? make() : storage.run(own, make);
          const heard = hear(storage, player);
          await told(player, 'loadedmetadata');
          equal(heard('loadedmetadata'), [own]);
        };
        await Promise.all(['a', undefined, 'b'].map(load));
      }),
  },
  {
    name: 'The error listener of a media element that cannot load runs in the frame of the assignment to src',
    needs: ['document'],
    async run({ AsyncLocalStorage }) {
      const storage = new AsyncLocalStorage<string>();
      const player = silentPlayer();
      const heard = hear(storage, player);
      storage.run('flow', () => {
        player.src = '/missing';
      });
      await told(player, 'error');
      equal(heard('error'), ['flow']);
    },
  },
];

const videoCases = needing(frames, [
  {
    name: 'The requestVideoFrameCallback() callback runs in the frame of the call',
    needs: ['document'],
    run: (implementation) =>
      withVideo((video) => eachCall(implementation, (callback) => video.requestVideoFrameCallback(() => callback()))),
  },
]);

export const media: Chapter = { title: 'Web: sound and video', cases: [...soundCases, ...silentCases, ...videoCases] };

const types = (
  'loadstart progress suspend emptied abort error stalled loadedmetadata loadeddata canplay canplaythrough ' +
  'durationchange play playing waiting timeupdate ended pause seeking seeked volumechange ratechange'
).split(' ');

/** Browsers let a page play without its user's leave what is a video and muted. */
function silentPlayer(address?: string): HTMLVideoElement {
  const player = document.createElement('video');
  player.muted = true;
  if (address !== undefined) player.src = address;
  return player;
}

/** @returns what gives the frames in which a type of event was told, in order, each as often as it changed */
function hear(storage: Storage, player: HTMLMediaElement): (type: string) => (string | undefined)[] {
  const seen = new Map<string, (string | undefined)[]>();
  storage.run('listener', () => {
    for (const type of types) {
      player.addEventListener(type, () => {
        const frames = seen.get(type) ?? [];
        seen.set(type, frames);
        const own = storage.getStore();
        if (frames.length === 0 || frames.at(-1) !== own) frames.push(own);
      });
    }
  });
  return (type) => seen.get(type) ?? [];
}

async function withSound(seconds: number, step: (address: string) => Promise<void>): Promise<void> {
  const address = URL.createObjectURL(new Blob([silence(seconds)], { type: 'audio/wav' }));
  try {
    await step(address);
  } finally {
    URL.revokeObjectURL(address);
  }
}

/** A video of a canvas on which something moves. */
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
    await inPage(video, async () => {
      void video.play();
      await step(video);
    });
  } finally {
    clearInterval(painting);
    for (const track of stream.getTracks()) track.stop();
    video.srcObject = null;
  }
}
