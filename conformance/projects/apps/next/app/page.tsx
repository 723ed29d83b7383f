import { Flows } from './client.jsx';
import { flow } from './flows.js';

export const dynamic = 'force-dynamic';

export default async function Page() {
  return <Flows rendered={await flow('render')} />;
}
