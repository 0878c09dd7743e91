// Speaks with the worker: requests are promises, notifications go to whoever listens.

export class Client {
  #worker;
  #next = 1;
  #open = new Map();
  #listeners = new Map();

  constructor(worker) {
    this.#worker = worker;
    worker.onmessage = ({ data }) => {
      if (data.method !== undefined) {
        this.#listeners.get(data.method)?.(data.params);
        return;
      }
      const done = this.#open.get(data.id);
      this.#open.delete(data.id);
      if (data.error === undefined) done?.resolve(data.result);
      else done?.reject(new Error(data.error.message));
    };
  }

  /** Calls `listener` for each notification of a method. */
  on(method, listener) {
    this.#listeners.set(method, listener);
  }

  notify(method, params) {
    this.#worker.postMessage({ jsonrpc: '2.0', method, params });
  }

  request(method, params) {
    const id = this.#next++;
    this.#worker.postMessage({ jsonrpc: '2.0', id, method, params });
    return new Promise((resolve, reject) => this.#open.set(id, { resolve, reject }));
  }
}
