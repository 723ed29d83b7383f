/** Defines the APIs that the libraries use and React Native lacks. */
import 'react-native-get-random-values';
import 'fast-text-encoding';
import structuredClone from '@ungap/structured-clone';
import { ReadableStream, TransformStream, WritableStream } from 'web-streams-polyfill';

const polyfills = { structuredClone, ReadableStream, TransformStream, WritableStream };
for (const [name, value] of Object.entries(polyfills)) globalThis[name] ??= value;

// LangSmith, which LangChain imports, looks for the name of a browser in it.
if (navigator.userAgent === undefined) {
  Object.defineProperty(navigator, 'userAgent', { value: 'React Native', configurable: true });
}
