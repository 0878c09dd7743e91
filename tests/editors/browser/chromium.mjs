// A headless Chromium and a server of static files, for what runs in browsers.
import { createReadStream, existsSync, statSync } from 'node:fs';
import { createServer } from 'node:http';
import { extname, join, normalize } from 'node:path';
import { chromium } from '@playwright/test';

const TYPES = {
  '.html': 'text/html; charset=utf-8',
  '.js': 'text/javascript',
  '.mjs': 'text/javascript',
  '.css': 'text/css',
  '.json': 'application/json',
  '.wasm': 'application/wasm',
  '.svg': 'image/svg+xml',
  '.png': 'image/png',
};

/** Serves folders: an address that begins with a key of `folders` is a file in its folder. */
export async function serve(folders) {
  const server = createServer((request, response) => {
    const path = decodeURIComponent(new URL(request.url, 'http://localhost').pathname);
    const prefix = Object.keys(folders).find((key) => path.startsWith(key));
    const file = prefix && join(folders[prefix], normalize(`/${path.slice(prefix.length)}`));
    const found = file && existsSync(file) && statSync(file).isDirectory() ? join(file, 'index.html') : file;
    if (!found || !existsSync(found)) {
      response.writeHead(404).end();
      return;
    }
    response.writeHead(200, {
      'content-type': TYPES[extname(found)] ?? 'application/octet-stream',
      'access-control-allow-origin': '*',
    });
    createReadStream(found).pipe(response);
  });
  await new Promise((resolve) => server.listen(0, '127.0.0.1', resolve));
  const { port } = server.address();
  return { address: `http://localhost:${port}`, close: () => server.close() };
}

/** Starts the browser. */
export function launch() {
  const executablePath = process.env.CHROMIUM ?? '/usr/bin/chromium';
  return chromium.launch({ executablePath, args: ['--no-sandbox', '--disable-gpu'] });
}

/** What is tried step by step: `step(name, work)` counts and says what has passed. */
export function steps() {
  const counted = { passed: 0 };
  const step = async (name, work) => {
    await work();
    counted.passed += 1;
    console.log(`ok ${name}`);
  };
  return { counted, step };
}
