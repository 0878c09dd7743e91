// What a document, an env file, a file's name or a setting says does nothing in a hover or in the documentation of a completion.
//
// The server is the real one, named by NEXFLOW_LSP; the Markdown is read by the library that VS Code reads it with.
import { type ChildProcess, spawn } from 'node:child_process';
import { existsSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { pathToFileURL } from 'node:url';
import { lexer, type Token, type Tokens } from 'marked';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import {
  createMessageConnection,
  type MessageConnection,
  StreamMessageReader,
  StreamMessageWriter,
} from 'vscode-jsonrpc/node';

const SERVER = process.env['NEXFLOW_LSP'] ?? resolve(__dirname, '../../../target/debug/nexflow-lsp');

/** Texts that would do something as Markdown. */
const HOSTILE = [
  '![x](https://attacker.example/p.png)',
  '[click](command:workbench.action.terminal.new)',
  '[a](https://attacker.example)',
  '<img src=https://attacker.example/i.png>',
  '<a href=https://attacker.example>a</a>',
  '<script>x</script>',
  '<https://attacker.example>',
  'https://attacker.example/bare',
  'www.attacker.example',
  'someone@attacker.example',
  '`![x](https://attacker.example/p.png)`',
  '``` ![x](https://attacker.example/p.png)',
  '`` ` `` ![x](https://attacker.example/p.png)',
  'a`![x](https://attacker.example/p.png)`b',
  '](https://attacker.example) ![x](https://attacker.example/p.png)',
  '** ![x](https://attacker.example/p.png)',
  '&#33;[x](https://attacker.example/p.png)',
  '![x][y]',
  'a\\\\![x](https://attacker.example/p.png)',
  '![x](https://attacker.example/p.png#',
];
/** The same with line breaks, which end code spans and paragraphs. */
const LINES = HOSTILE.flatMap((text) => [
  text,
  `a\\n\\n${text}\\n\\nb`,
  `a\\r\\n# ${text}`,
  `a\\n\\n    x\\n\\n${text}`,
]);

const quoted = (text: string) => `"${text.replaceAll('"', '\\"')}"`;

/** Documents in which one text stands everywhere where a hover could repeat it. */
function document(text: string): string {
  const value = quoted(text);
  return [
    'version: "1.0"',
    'environment: staging',
    'extends: base.infra',
    'checkpoints:',
    `  ${value}:`,
    '    type: s3',
    '    bucket: ${BUCKET}',
    `    prefix: ${quoted(`\${UNSET:-${text}}`)}`,
    `    region: ${value}`,
    '  shared:',
    '    prefix: mine',
    `    ${value}: 1`,
    'streams:',
    '  a:',
    '    type: kafka',
    '    topic: ${TOPIC}',
    '    properties:',
    `      ${value}: ${value}`,
    `${value}: \${PREFIX}`,
    '',
  ].join('\n');
}

let folder: string;
let server: ChildProcess;
let connection: MessageConnection;

function allTokens(tokens: Token[]): Token[] {
  return tokens.flatMap((token) => {
    const inner = 'tokens' in token && token.tokens ? allTokens(token.tokens) : [];
    const items = token.type === 'list' ? allTokens((token as Tokens.List).items) : [];
    return [token, ...inner, ...items];
  });
}

/** What a reader of the Markdown would fetch, follow or run. */
function doings(markdown: string): string[] {
  return allTokens(lexer(markdown))
    .filter((token) => {
      if (token.type === 'link') return !isOurs((token as Tokens.Link).href);
      return token.type === 'image' || token.type === 'html' || token.type === 'def';
    })
    .map((token) => `${token.type}: ${token.raw}`);
}

/** Links to files of the folder, and to the pages that the catalog names. */
function isOurs(href: string): boolean {
  return href.startsWith(pathToFileURL(folder).toString()) || !/attacker|command:/.test(href);
}

function markdownOf(value: unknown): string[] {
  if (Array.isArray(value)) return value.flatMap(markdownOf);
  if (value && typeof value === 'object') {
    const all = value as Record<string, unknown>;
    if (all['kind'] === 'markdown' && typeof all['value'] === 'string') return [all['value']];
    return Object.values(all).flatMap(markdownOf);
  }
  return [];
}

describe.skipIf(!existsSync(SERVER))('hostile texts in Markdown', () => {
  beforeAll(async () => {
    folder = mkdtempSync(join(tmpdir(), 'nexflow-markdown-'));
    const base = 'version: "1.0"\nenvironment: base\ncheckpoints:\n  shared:\n    type: s3\n    prefix: ';
    writeFileSync(join(folder, 'base.infra'), `${base}${quoted(HOSTILE[0] ?? '')}\n`);
    const env = ['BUCKET', 'TOPIC', 'PREFIX'].map((name, at) => `${name}=${quoted(LINES[4 * at + 1] ?? '')}`);
    writeFileSync(join(folder, '.env'), `${env.join('\n')}\n`);
    server = spawn(SERVER, ['--stdio'], { stdio: ['pipe', 'pipe', 'ignore'] });
    if (!server.stdout || !server.stdin) throw new Error('the server has no pipes');
    connection = createMessageConnection(new StreamMessageReader(server.stdout), new StreamMessageWriter(server.stdin));
    connection.onRequest(() => null);
    connection.listen();
    const markup = { contentFormat: ['markdown'] };
    await connection.sendRequest('initialize', {
      processId: process.pid,
      rootUri: pathToFileURL(folder).toString(),
      workspaceFolders: [{ uri: pathToFileURL(folder).toString(), name: 'f' }],
      capabilities: {
        textDocument: {
          hover: markup,
          completion: { completionItem: { documentationFormat: ['markdown'], snippetSupport: true } },
        },
      },
    });
    await connection.sendNotification('initialized', {});
  });

  afterAll(async () => {
    await connection.sendRequest('shutdown');
    await connection.sendNotification('exit');
    connection.dispose();
    rmSync(folder, { recursive: true });
  });

  it('the reader sees what it is meant to see', () => {
    expect(doings('![x](https://attacker.example/p.png)')).toHaveLength(1);
    expect(doings('a <b>b</b> https://attacker.example')).toHaveLength(3);
    expect(doings('`![x](https://attacker.example/p.png)`')).toEqual([]);
  });

  it('are words and nothing more', { timeout: 240_000 }, async () => {
    let hovers = 0;
    const repeated = new Set<string>();
    for (const [at, text] of LINES.entries()) {
      const name = at % 7 === 3 ? `![n](x) ${String(at)}.infra` : `${String(at)}.infra`;
      const uri = pathToFileURL(join(folder, name)).toString();
      const source = document(text);
      await connection.sendNotification('textDocument/didOpen', {
        textDocument: { uri, languageId: 'nexflow-infra', version: 1, text: source },
      });
      const lines = source.split('\n');
      const places = lines.flatMap((line, number) =>
        [...new Set([line.search(/\S/), line.indexOf('$') + 3, line.indexOf(':') + 3])]
          .filter((character) => character > 0 || number > 2)
          .map((character) => ({ line: number, character: Math.max(character, 0) })),
      );
      const asked = places.flatMap((position) => [
        connection.sendRequest('textDocument/hover', { textDocument: { uri }, position }),
        ...(at % 10 === 0
          ? [connection.sendRequest('textDocument/completion', { textDocument: { uri }, position })]
          : []),
      ]);
      for (const markdown of (await Promise.all(asked)).flatMap(markdownOf)) {
        hovers += 1;
        if (markdown.includes('attacker')) repeated.add(text);
        expect(doings(markdown), markdown).toEqual([]);
      }
      await connection.sendNotification('textDocument/didClose', { textDocument: { uri } });
    }
    expect(hovers).toBeGreaterThan(500);
    // They are shown: a test that nothing reaches says nothing.
    expect(repeated.size).toBeGreaterThan(LINES.length / 2);
  });
});
