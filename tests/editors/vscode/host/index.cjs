// Runs inside VS Code's extension host, beside the extension under test: what can be asked there better than seen on a screen.
const { readdirSync } = require('node:fs');
const { join } = require('node:path');
const Mocha = require('mocha');

exports.run = () =>
  new Promise((resolve, reject) => {
    const mocha = new Mocha({ ui: 'bdd', timeout: 60_000, reporter: 'spec', color: false });
    for (const file of readdirSync(__dirname).filter((name) => name.endsWith('.test.cjs')))
      mocha.addFile(join(__dirname, file));
    mocha.run((failures) => (failures === 0 ? resolve() : reject(new Error(`${failures} failing`))));
  });
