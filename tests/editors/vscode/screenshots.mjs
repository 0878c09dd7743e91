// Puts the screenshots of the last run of the tests, as far as the README shows them, where the README looks for them.
import { copyFileSync, existsSync, mkdirSync, readFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';

const here = dirname(fileURLToPath(import.meta.url));
const extension = join(here, '..', '..', '..', 'editors', 'vscode');
mkdirSync(join(extension, 'images', 'screenshots'), { recursive: true });
for (const [, name] of readFileSync(join(extension, 'README.md'), 'utf8').matchAll(
  /images\/screenshots\/([\w-]+\.png)/g,
)) {
  const taken = join(here, 'out', 'screenshots', name);
  if (!existsSync(taken)) {
    process.stderr.write(`the last run took no ${name}; run npm run test:e2e first\n`);
    process.exit(1);
  }
  copyFileSync(taken, join(extension, 'images', 'screenshots', name));
}
