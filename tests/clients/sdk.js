// The JavaScript SDK, told what to do by one JSON argument; says what came of it as JSON.
const { Client } = require('wavespeed');

const { key, baseUrl, method, args } = JSON.parse(process.argv[2]);
const say = (told) => process.stdout.write(JSON.stringify(told) + '\n');

new Client(key, { baseUrl })[method](...args).then(
  (result) => say({ result }),
  (error) => say({ error: error.name, message: error.message }),
);
