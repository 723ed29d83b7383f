const express = require('express');
const { audit, findOrders, withCallback } = require('./orders');
const { session } = require('./session.js');

const app = express();
app.use((request, _response, next) => {
  session.run(() => {
    const user = session.set('user', { name: request.get('x-user'), id: request.path.length });
    session.set('role', `reader ${user.id}`);
    next();
  });
});
app.get('/', async (_request, response) => {
  const orders = await findOrders();
  const audited = await audit();
  withCallback((name) => response.send(`${orders}\n${audited}\n${name}\n`));
});
const server = app.listen(0, '127.0.0.1', () => console.log(server.address().port));
