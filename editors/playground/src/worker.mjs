// Runs the server beside the page, so that typing never waits for it. The first message has the bytes of the module.
import { Server } from './wasm.mjs';

let server;
const waiting = [];

function handle(message) {
  const began = performance.now();
  const answers = server.handle(message);
  const took = performance.now() - began;
  for (const answer of answers) self.postMessage(answer);
  if (message.method === 'textDocument/didChange') {
    self.postMessage({ jsonrpc: '2.0', method: 'nexflow/took', params: { milliseconds: took } });
  }
}

self.onmessage = async ({ data }) => {
  if (data.wasm !== undefined) {
    server = await Server.of(data.wasm);
    for (const message of waiting.splice(0)) handle(message);
  } else if (server === undefined) {
    waiting.push(data);
  } else {
    handle(data);
  }
};
