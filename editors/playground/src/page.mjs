// The page: documents on the left, what is found and what Flink gets on the right.
import { Client } from './client.mjs';
import { makeEditor, markdown, offset } from './editor.mjs';

const find = (id) => document.getElementById(id);
const worker = new Worker(new URL('worker.js', import.meta.url), { type: 'module' });
const client = new Client(worker);

const wasm = await (await fetch(new URL('nexflow_web.wasm', import.meta.url))).arrayBuffer();
worker.postMessage({ wasm }, [wasm]);
const examples = await (await fetch(new URL('examples.json', import.meta.url))).json();

const FOLDER = 'memory:///';
const uri = `${FOLDER}document.infra`;
const { serverInfo } = await client.request('initialize', { capabilities: {} });
find('version').textContent = serverInfo.version;
// What the document may extend.
for (const [name, text] of Object.entries(examples)) client.notify('nexflow/file', { uri: `${FOLDER}${name}`, text });
client.on('nexflow/wanted', ({ uri: wanted }) => client.notify('nexflow/file', { uri: wanted, text: null }));
client.on('nexflow/took', ({ milliseconds }) => {
  find('took').textContent = `checked in ${milliseconds.toFixed(1)} ms`;
  document.body.dataset.took = String(milliseconds);
  document.body.dataset.edits = String(Number(document.body.dataset.edits ?? 0) + 1);
});
client.notify('textDocument/didOpen', { textDocument: { uri, languageId: 'nexflow-infra', version: 0, text: '' } });

const SEVERITIES = { 1: 'error', 2: 'warning', 4: 'hint' };
const editor = makeEditor({ parent: find('editor'), client, uri, onDiagnosed: (found, doc) => list(found, doc) });

const several = (number, word) => number > 0 && `${number} ${word}${number === 1 ? '' : 's'}`;

function list(found, doc) {
  const counts = { 1: 0, 2: 0, 4: 0 };
  const rows = found.map((one) => {
    counts[one.severity] += 1;
    const row = document.createElement('li');
    row.className = SEVERITIES[one.severity];
    row.dataset.key = JSON.stringify([one.range, one.code]);
    const place = document.createElement('button');
    place.className = 'place';
    place.textContent = `${one.range.start.line + 1}:${one.range.start.character + 1}`;
    place.onclick = () => {
      editor.view.dispatch({ selection: { anchor: offset(doc, one.range.start) }, scrollIntoView: true });
      editor.view.focus();
    };
    const text = document.createElement('span');
    text.textContent = one.message;
    const rule = document.createElement('a');
    rule.href = `#rule=${one.code}`;
    rule.textContent = one.code;
    const fix = document.createElement('button');
    fix.textContent = 'Fix';
    fix.className = 'fix';
    fix.onclick = () => offer(row, one);
    row.append(place, text, rule, fix);
    return row;
  });
  find('problems').replaceChildren(...rows);
  find('counts').textContent =
    found.length === 0 ? 'No problems found' : [several(counts[1], 'error'), several(counts[2], 'warning'), several(counts[4], 'hint')].filter(Boolean).join(', ');
  if (!find('rendered').hidden) void render();
}

async function offer(row, one) {
  const actions = await editor.fixes(one);
  if (actions.length === 1) {
    editor.apply(actions[0].edit.changes[uri] ?? []);
    return;
  }
  const choice = document.createElement('div');
  choice.className = 'choice';
  if (actions.length === 0) choice.textContent = 'There is no fix for this.';
  for (const action of actions) {
    const item = document.createElement('button');
    item.textContent = action.title;
    item.onclick = () => editor.apply(action.edit.changes[uri] ?? []);
    choice.append(item);
  }
  // While the answer was awaited, the list may have been made anew.
  const shown = [...find('problems').children].find((other) => other.dataset.key === row.dataset.key);
  shown?.querySelector('.fix')?.replaceWith(choice);
}

async function render() {
  const form = find('form').value;
  const { text, problem } = await client.request('nexflow/render', { textDocument: { uri }, form });
  find('output').textContent = text ?? problem;
  find('output').classList.toggle('problem', problem !== undefined);
}

async function format() {
  editor.apply(await client.request('textDocument/formatting', { textDocument: { uri }, options: {} }));
}

function show(what) {
  for (const id of ['found', 'rendered', 'page']) find(id).hidden = id !== what;
  for (const tab of document.querySelectorAll('nav button')) tab.setAttribute('aria-selected', tab.dataset.tab === what);
  if (what === 'rendered') void render();
}

async function rule(id) {
  const found = await client.request('nexflow/rule', { rule: id });
  if (found === null) return;
  find('page').replaceChildren(markdown(found.markdown));
  show('page');
}

// A text in the address is packed, so that a link holds it.
async function packed(text) {
  const stream = new Blob([text]).stream().pipeThrough(new CompressionStream('deflate-raw'));
  const bytes = new Uint8Array(await new Response(stream).arrayBuffer());
  return btoa(String.fromCharCode(...bytes)).replaceAll('+', '-').replaceAll('/', '_').replaceAll('=', '');
}

async function unpacked(code) {
  const bytes = Uint8Array.from(atob(code.replaceAll('-', '+').replaceAll('_', '/')), (c) => c.charCodeAt(0));
  const stream = new Blob([bytes]).stream().pipeThrough(new DecompressionStream('deflate-raw'));
  return new Response(stream).text();
}

async function follow() {
  const parts = new URLSearchParams(location.hash.slice(1));
  if (parts.has('rule')) await rule(parts.get('rule'));
  if (parts.has('text')) editor.setText(await unpacked(parts.get('text')));
  if (parts.has('example')) editor.setText(examples[parts.get('example')] ?? '');
}

for (const name of Object.keys(examples)) find('examples').append(new Option(name, name));
find('examples').onchange = () => editor.setText(examples[find('examples').value] ?? '');
find('form').onchange = () => void render();
find('format').onclick = () => void format();
find('share').onclick = async () => {
  history.replaceState(null, '', `#text=${await packed(editor.view.state.doc.toString())}`);
  await navigator.clipboard?.writeText(location.href).catch(() => undefined);
  find('share').textContent = 'Link is in the address bar';
};
for (const tab of document.querySelectorAll('nav button')) tab.onclick = () => show(tab.dataset.tab);
window.onhashchange = () => void follow();

if (location.hash === '' || location.hash.startsWith('#rule')) {
  const first = 'production.infra' in examples ? 'production.infra' : Object.keys(examples)[0];
  find('examples').value = first;
  editor.setText(examples[first]);
}
await follow();
document.body.dataset.ready = 'true';
