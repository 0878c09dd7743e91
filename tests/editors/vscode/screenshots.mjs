// Puts the screenshots of the last run of the tests, as far as the READMEs and the walkthrough show them, where these look for them,
// and the animated one together.
import { copyFileSync, existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { animate } from './apng.mjs';

const here = dirname(fileURLToPath(import.meta.url));
const extension = join(here, '..', '..', '..', 'editors', 'vscode');
const recording = join(here, 'out', 'recording');
if (existsSync(join(recording, 'frames.json'))) {
  const frames = JSON.parse(readFileSync(join(recording, 'frames.json'), 'utf8'));
  const pictures = frames.map(({ name, milliseconds }) => ({ png: readFileSync(join(recording, name)), milliseconds }));
  mkdirSync(join(here, 'out', 'screenshots'), { recursive: true });
  writeFileSync(join(here, 'out', 'screenshots', 'light-bulb.png'), animate(pictures));
}
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
