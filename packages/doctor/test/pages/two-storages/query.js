// expects: two storages, missing, two-storages/user-storage.js:3
/** A module is imported under two URLs: one copy of its storage holds the value, and the other one is read. */
import { wait } from '../flows.js';
import { users } from './user-storage.js';
import { users as others } from './user-storage.js?v=2';

const read = () => others.getStore();
export default wait(1).then(() => users.run('ada', () => read()));
