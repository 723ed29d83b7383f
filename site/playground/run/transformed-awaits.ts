/** The first module of a program whose `await`s were transformed: as in a build, native `await` is not intercepted. */
import { install } from 'throughline/web';

install({ await: false });
