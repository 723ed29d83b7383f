import { Outlet, Scripts } from 'react-router';
import { runWith } from '../flow.js';
import { idContext } from './id.js';

export const middleware = [
  ({ request, context }, next) => {
    const id = request.headers.get('x-request-id');
    context.set(idContext, id);
    return runWith(id, next);
  },
];

export default function Root() {
  return (
    <html lang="en">
      <body>
        <Outlet />
        <Scripts />
      </body>
    </html>
  );
}
