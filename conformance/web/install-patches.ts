/** Installs the patches, as the first module of a page. */
import { install } from 'throughline/web';

install();
