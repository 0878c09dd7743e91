// The editor: CodeMirror, with what the server knows.
import { autocompletion, completionKeymap, snippet, closeBrackets } from '@codemirror/autocomplete';
import { defaultKeymap, history, historyKeymap, indentWithTab } from '@codemirror/commands';
import { yaml } from '@codemirror/lang-yaml';
import { bracketMatching, defaultHighlightStyle, foldGutter, indentUnit, syntaxHighlighting } from '@codemirror/language';
import { lintGutter, lintKeymap, setDiagnostics } from '@codemirror/lint';
import { EditorState } from '@codemirror/state';
import { EditorView, highlightActiveLine, hoverTooltip, keymap, lineNumbers } from '@codemirror/view';
import { marked } from 'marked';

/** A position of the protocol as an offset. Columns of both count UTF-16 code units. */
export function offset(doc, { line, character }) {
  if (line >= doc.lines) return doc.length;
  const found = doc.line(line + 1);
  return Math.min(found.from + character, found.to);
}

function position(doc, at) {
  const line = doc.lineAt(at);
  return { line: line.number - 1, character: at - line.from };
}

/** Markdown of the server as elements. HTML in it is text: what a document says never becomes part of the page. */
export function markdown(text) {
  const element = document.createElement('div');
  element.className = 'markdown';
  const renderer = new marked.Renderer();
  renderer.html = (token) => (token.text ?? token).replaceAll('&', '&amp;').replaceAll('<', '&lt;');
  renderer.image = () => '';
  element.innerHTML = marked.parse(text, { renderer, async: false });
  for (const link of element.querySelectorAll('a')) {
    const address = link.getAttribute('href') ?? '';
    const rule = /^([\w-]+)\.md$/.exec(address)?.[1];
    if (rule !== undefined) link.setAttribute('href', `#rule=${rule}`);
    else if (/^https:/.test(address)) link.rel = 'noopener noreferrer';
    else link.removeAttribute('href');
  }
  return element;
}

const KINDS = {
  6: 'variable',
  9: 'namespace',
  10: 'property',
  12: 'constant',
  15: 'text',
  18: 'class',
  20: 'enum',
  21: 'keyword',
};

/** Makes the editor. */
export function makeEditor({ parent, client, uri, onDiagnosed }) {
  let version = 0;
  let shown = [];

  const sync = EditorView.updateListener.of((update) => {
    if (!update.docChanged) return;
    const changes = [];
    let doc = update.startState.doc;
    // One after the other, each in terms of the text after the one before.
    const list = [];
    update.changes.iterChanges((from, to, _fromB, _toB, text) => list.push({ from, to, insert: text.toString() }));
    for (const change of list.reverse()) {
      changes.push({
        range: { start: position(doc, change.from), end: position(doc, change.to) },
        text: change.insert,
      });
      doc = doc.replace(change.from, change.to, EditorState.create({ doc: change.insert }).doc);
    }
    client.notify('textDocument/didChange', { textDocument: { uri, version: ++version }, contentChanges: changes });
  });

  const hover = hoverTooltip(async (view, at) => {
    const params = { textDocument: { uri }, position: position(view.state.doc, at) };
    const found = await client.request('textDocument/hover', params);
    if (found === null) return null;
    return {
      pos: offset(view.state.doc, found.range.start),
      end: offset(view.state.doc, found.range.end),
      create: () => ({ dom: markdown(found.contents.value) }),
    };
  });

  async function complete(context) {
    const params = { textDocument: { uri }, position: position(context.state.doc, context.pos) };
    const list = await client.request('textDocument/completion', params);
    const { items } = list ?? { items: [] };
    if (items.length === 0) return null;
    const from = Math.min(...items.map((item) => offset(context.state.doc, item.textEdit.range.start)));
    const typed = context.state.sliceDoc(from, context.pos);
    if (!context.explicit && typed === '' && !/[:\s-] $/.test(context.state.sliceDoc(context.pos - 2, context.pos)))
      return null;
    const sorted = items.toSorted((a, b) => (a.sortText < b.sortText ? -1 : 1));
    return {
      from,
      validFor: /^[\w-]*$/,
      options: sorted.map((item, place) => ({
        label: item.filterText || item.label,
        displayLabel: item.label,
        detail: item.detail,
        type: KINDS[item.kind],
        boost: 99 - Math.min(place, 198),
        info: item.documentation && (() => markdown(item.documentation.value)),
        apply(view, completion, _from, to) {
          const start = offset(view.state.doc, item.textEdit.range.start);
          const end = Math.max(to, offset(view.state.doc, item.textEdit.range.end));
          if (item.insertTextFormat === 2) {
            // CodeMirror's snippets know ${1:x} and ${}, and indent by themselves; the text has its indentation already.
            const text = item.textEdit.newText.replace(/\$(\d+)/g, '${$1}');
            const lead = /^\s*/.exec(view.state.doc.lineAt(start).text)[0];
            const lines = text.split('\n');
            const plain = lines.map((line, at) => (at > 0 && line.startsWith(lead) ? line.slice(lead.length) : line));
            snippet(plain.join('\n'))(view, completion, start, end);
          } else {
            view.dispatch({
              changes: { from: start, to: end, insert: item.textEdit.newText },
              selection: { anchor: start + item.textEdit.newText.length },
              userEvent: 'input.complete',
            });
          }
        },
      })),
    };
  }

  async function fixes(diagnostic) {
    const params = { textDocument: { uri }, range: diagnostic.range, context: { diagnostics: [], only: ['quickfix'] } };
    const actions = (await client.request('textDocument/codeAction', params)) ?? [];
    return actions.filter((action) => action.diagnostics?.some((one) => one.code === diagnostic.code));
  }

  function apply(view, edits) {
    const changes = edits.map((edit) => ({
      from: offset(view.state.doc, edit.range.start),
      to: offset(view.state.doc, edit.range.end),
      insert: edit.newText,
    }));
    view.dispatch({ changes, userEvent: 'input.fix' });
  }

  const view = new EditorView({
    parent,
    state: EditorState.create({
      doc: '',
      extensions: [
        lineNumbers(),
        foldGutter(),
        history(),
        bracketMatching(),
        closeBrackets(),
        highlightActiveLine(),
        indentUnit.of('  '),
        yaml(),
        syntaxHighlighting(defaultHighlightStyle),
        lintGutter(),
        hover,
        autocompletion({ override: [complete] }),
        keymap.of([...completionKeymap, ...lintKeymap, ...historyKeymap, ...defaultKeymap, indentWithTab]),
        EditorView.contentAttributes.of({ 'aria-label': 'Document' }),
        sync,
      ],
    }),
  });

  client.on('textDocument/publishDiagnostics', ({ uri: about, diagnostics }) => {
    if (about !== uri) return;
    shown = diagnostics;
    const { doc } = view.state;
    const list = diagnostics.map((found) => ({
      from: offset(doc, found.range.start),
      to: offset(doc, found.range.end),
      severity: { 1: 'error', 2: 'warning', 4: 'hint' }[found.severity] ?? 'info',
      message: found.message,
      source: found.code,
    }));
    view.dispatch(setDiagnostics(view.state, list));
    onDiagnosed(diagnostics, view.state.doc);
  });

  return {
    view,
    fixes,
    apply: (edits) => apply(view, edits),
    diagnostics: () => shown,
    setText(text) {
      view.dispatch({ changes: { from: 0, to: view.state.doc.length, insert: text } });
    },
  };
}
