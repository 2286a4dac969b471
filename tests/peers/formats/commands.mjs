// Writes annotations with GitHub's toolkit: `commands.mjs NODE` reads our commands, takes them apart, and has the
// toolkit write them again.
import { createRequire } from 'node:module';
import { readFileSync } from 'node:fs';
import { resolve } from 'node:path';

const require = createRequire(resolve(process.argv[2], 'x.js'));
const { issueCommand } = require('@actions/core/lib/command.js');

const plain = (text) =>
  text.replace(/%3A/g, ':').replace(/%2C/g, ',').replace(/%0D/g, '\r').replace(/%0A/g, '\n').replace(/%25/g, '%');

for (const line of readFileSync(0, 'utf8').trimEnd().split('\n')) {
  const [, level, properties, message] = /^::(\w+) (.*?)::(.*)$/.exec(line);
  const pairs = properties.split(',').map((pair) => {
    const at = pair.indexOf('=');
    return [pair.slice(0, at), plain(pair.slice(at + 1))];
  });
  issueCommand(level, Object.fromEntries(pairs), message.replace(/%0D/g, '\r').replace(/%0A/g, '\n').replace(/%25/g, '%'));
}
