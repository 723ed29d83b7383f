/**
 * The first module of a page: installs the patches of `throughline/web`. The interception of native `await` stays off,
 * because the code of the page is transformed.
 */
import { install } from 'throughline/web';

install({ await: false });
