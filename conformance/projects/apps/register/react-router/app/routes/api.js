import { readFlow } from '../../flow.js';
import { idContext } from '../id.js';

export const loader = async ({ context }) => {
  const readId = () => context.get(idContext);
  return new Response(await readFlow('handler', readId(), readId));
};
