const { get } = require('express-http-context');

module.exports = (text) => {
  const lines = [];
  get('user').name.replace('-', (dash) => lines.push(dash));
  return `${get('user').name}: ${text} ${lines.length} ${get('missing')?.name}`;
};
