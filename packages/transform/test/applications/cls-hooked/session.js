const { createNamespace } = require('cls-hooked');

const session = createNamespace('my session');

module.exports = { session };
