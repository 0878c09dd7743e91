// The module of server/web: a message of the Language Server Protocol in, messages out.

/** The server in a module of WebAssembly. */
export class Server {
  #exports;

  constructor(exports) {
    this.#exports = exports;
  }

  /** Makes a server of the bytes of the module. */
  static async of(bytes) {
    const { instance } = await WebAssembly.instantiate(bytes, {});
    return new Server(instance.exports);
  }

  /** Handles a message; the messages that it causes. */
  handle(message) {
    const text = new TextEncoder().encode(JSON.stringify(message));
    const { memory, prepare, handle, answer } = this.#exports;
    // Any call may let the memory grow, so that views of it are made anew.
    const at = prepare(text.length);
    new Uint8Array(memory.buffer, at, text.length).set(text);
    const length = handle();
    return JSON.parse(new TextDecoder().decode(new Uint8Array(memory.buffer, answer(), length)));
  }
}
