// Compares the hashes of lines in a log with those that GitHub's action computes: `hashes.mjs MODULE LOG REPO`.
import { readFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { pathToFileURL } from 'node:url';

const [, , module, log, repo] = process.argv;
const { hash } = await import(pathToFileURL(resolve(module)));

let same = 0;
const wrong = [];
const known = new Map();
for (const result of JSON.parse(readFileSync(log, 'utf8')).runs[0].results) {
  const { artifactLocation, region } = result.locations[0].physicalLocation;
  if (!region) {
    continue;
  }
  const path = join(repo, decodeURIComponent(artifactLocation.uri));
  if (!known.has(path)) {
    const lines = new Map();
    await hash((line, value) => lines.set(line, value), path);
    known.set(path, lines);
  }
  const theirs = known.get(path).get(region.startLine);
  const ours = result.partialFingerprints.primaryLocationLineHash;
  if (theirs === ours) {
    same += 1;
  } else {
    wrong.push(`${artifactLocation.uri}:${region.startLine}: ours ${ours}, theirs ${theirs}`);
  }
}
console.log(`${same} hashes are the same`);
if (wrong.length > 0 || same === 0) {
  console.error(wrong.slice(0, 5).join('\n'));
  process.exit(1);
}
