// A whole production document, typed as people type: one key after the other, at their pace.
import { spawnSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { required } from './codeServer';
import { expect, test, type Workbench } from './fixtures';

const here = dirname(fileURLToPath(import.meta.url));
const document = readFileSync(join(here, '..', 'typed', 'orders.infra'), 'utf8');
const lines = document.trimEnd().split('\n');
const FILE = 'orders.infra';

/** Between two keys, in milliseconds. */
const PACE = 110;
/** How long somebody looks for a list that may open, and for how long it must not change to be read. */
const GLANCE = Number(process.env['NEXFLOW_GLANCE'] ?? 1_000);
const STILL = 200;

/** Somebody at the keyboard, whose keys are counted. */
class Typist {
  keys = 0;

  constructor(private readonly workbench: Workbench) {}

  private get page() {
    return this.workbench.page;
  }

  async press(key: string): Promise<void> {
    this.keys += 1;
    await this.page.keyboard.press(key);
    await this.page.waitForTimeout(PACE);
  }

  async letter(letter: string): Promise<void> {
    this.keys += 1;
    await this.page.keyboard.type(letter);
    await this.page.waitForTimeout(PACE);
  }

  /** Line and column of the cursor, from 1, once they no longer change. */
  async cursor(): Promise<[number, number]> {
    const read = () => this.page.locator('[id="status.editor.selection"]').first().textContent();
    let text = await read();
    for (let since = Date.now(); Date.now() - since < STILL;) {
      await this.page.waitForTimeout(25);
      const now = await read();
      if (now !== text) [text, since] = [now, Date.now()];
    }
    const [, line, column] = /Ln (\d+), Col (\d+)/.exec(text ?? '') ?? [];
    if (line === undefined || column === undefined) throw new Error(`the status bar says ${String(text)}`);
    return [Number(line), Number(column)];
  }

  /** Goes to the column where a line begins. */
  async indent(width: number): Promise<void> {
    for (;;) {
      const [, column] = await this.cursor();
      if (column - 1 === width) return;
      await this.press(column - 1 > width ? 'Backspace' : 'Space');
    }
  }

  /** The item of the list that Tab would take, once it no longer changes. */
  async selected(patience: number): Promise<string | undefined> {
    const row = this.page.locator('.suggest-widget.visible .monaco-list-row.focused .label-name');
    const read = async () => ((await row.count()) > 0 ? ((await row.first().textContent()) ?? undefined) : undefined);
    let text = await read();
    for (let since = Date.now(); Date.now() - since < (text === undefined ? patience : STILL);) {
      await this.page.waitForTimeout(25);
      const now = await read();
      if (now !== text) [text, since] = [now, Date.now()];
    }
    return text;
  }

  /** Types a word, and Tab as soon as the list has it selected. Says whether Tab was needed. */
  async word(word: string): Promise<boolean> {
    const plain = word.replace(/^(["'])(.*)\1$/, '$2');
    for (let typed = 0; typed < word.length; typed += 1) {
      // For the last letter a list is no help. One opens at the beginning of a word or not at all.
      if (word.length - typed > 1) {
        const selected = await this.selected(typed < 3 ? GLANCE : STILL);
        if (selected !== undefined && [word, plain].includes(selected)) {
          await this.press('Tab');
          return true;
        }
      }
      await this.letter(word.charAt(typed));
    }
    return false;
  }
}

async function emptyDocument(workbench: Workbench): Promise<Typist> {
  workbench.write(FILE, '');
  const brokers = 'KAFKA_BROKERS=kafka-0.kafka:9092,kafka-1.kafka:9092\n';
  workbench.write('.env', workbench.read('.env') + brokers);
  await workbench.open(FILE);
  await expect(workbench.page.locator('[id="status.editor.mode"]')).toHaveText('Nexflow Infrastructure');
  // The server runs when it offers something.
  await workbench.lines.first().click();
  await expect(async () => {
    await workbench.press('Control+Space');
    await expect(workbench.suggestions.filter({ hasText: 'version' }).first()).toBeVisible({ timeout: 2_000 });
  }).toPass();
  await workbench.press('Escape');
  return new Typist(workbench);
}

function check(workbench: Workbench): string {
  const done = spawnSync(required('NEXFLOW_SERVER'), ['check', '--deny', 'hints', '--format', 'github', FILE], {
    cwd: workbench.folder,
    encoding: 'utf8',
  });
  return done.status === 0 ? '' : done.stdout + done.stderr;
}

const width = (line: string) => line.length - line.trimStart().length;

/** The keys that the document takes without any help. */
const alone = lines.reduce((keys, line) => keys + line.trim().length + 1, 0);

test.describe.configure({ mode: 'parallel', timeout: 1_200_000 });

test('a document that is typed without a look at the list is what was typed', async ({ workbench }) => {
  expect(lines.length).toBeGreaterThanOrEqual(60);
  const typist = await emptyDocument(workbench);
  for (const line of lines) {
    await typist.indent(width(line));
    for (const letter of line.trim()) await typist.letter(letter);
    await typist.press('Enter');
  }
  await workbench.save(FILE);
  expect(workbench.read(FILE).trimEnd()).toBe(document.trimEnd());
  expect(check(workbench)).toBe('');
});

test('with Tab at what is offered, half of the keys are enough', async ({ workbench }) => {
  const typist = await emptyDocument(workbench);
  for (const [number, line] of lines.entries()) {
    // A block that was accepted has begun its first line already.
    const [at] = await typist.cursor();
    if (at < number + 1) await typist.press('Enter');
    await typist.indent(width(line));
    const dashes = /^(- )*/.exec(line.trim())?.[0] ?? '';
    for (const letter of dashes) await typist.letter(letter);
    const content = line.trim().slice(dashes.length);
    const [, key, value] = /^([^\s"'[{]+):(?: (.*))?$/.exec(content) ?? [];
    if (key === undefined) {
      await typist.word(content);
    } else {
      const taken = await typist.word(key);
      if (!taken) await typist.letter(':');
      if (value !== undefined) {
        if (!taken) await typist.letter(' ');
        await typist.word(value);
      }
    }
  }
  await workbench.save(FILE);
  console.log(`${String(typist.keys)} keys where ${String(alone)} are typed without help`);
  // An offered text may have the other quotes.
  const unquoted = (text: string) => text.trimEnd().replaceAll("'", '"');
  expect(unquoted(workbench.read(FILE))).toBe(unquoted(document));
  expect(check(workbench)).toBe('');
  await expect(workbench.squiggles('error')).toHaveCount(0);
  await expect(workbench.squiggles('warning')).toHaveCount(0);
  expect(typist.keys * 2).toBeLessThanOrEqual(alone);
});
