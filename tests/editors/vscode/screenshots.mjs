// Puts the screenshots of the last run of the tests, as far as the READMEs and the walkthrough show them, where these look for them.
import { copyFileSync, existsSync, mkdirSync, readFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';

const here = dirname(fileURLToPath(import.meta.url));
const extension = join(here, '..', '..', '..', 'editors', 'vscode');
mkdirSync(join(extension, 'images', 'screenshots'), { recursive: true });
const shown = ['README.md', 'package.json', '../../README.md'].map((file) =>
  readFileSync(join(extension, file), 'utf8'),
);
for (const [, name] of shown.join('\n').matchAll(/images\/screenshots\/([\w-]+\.png)/g)) {
  const taken = join(here, 'out', 'screenshots', name);
  if (!existsSync(taken)) {
    process.stderr.write(`the last run took no ${name}; run npm run test:e2e first\n`);
    process.exit(1);
  }
  copyFileSync(taken, join(extension, 'images', 'screenshots', name));
}
