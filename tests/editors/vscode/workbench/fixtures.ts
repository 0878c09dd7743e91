// What every test of the workbench begins with: a VS Code with the packaged extension, and a folder of documents of its own.
import { cpSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { basename, dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { expect, type Locator, type Page, test as base } from '@playwright/test';
import { CodeServer, type CodeServerOptions, required } from './codeServer';

const here = dirname(fileURLToPath(import.meta.url));
const project = join(here, '..', 'project');
const screenshots = join(here, '..', 'out', 'screenshots');

interface WorkerFixtures {
  codeServerOptions: Partial<CodeServerOptions>;
  codeServer: CodeServer;
}

interface TestFixtures {
  /** A copy of the example project. */
  folder: string;
  workbench: Workbench;
}

let folders = 0;

export const test = base.extend<TestFixtures, WorkerFixtures>({
  codeServerOptions: [{}, { scope: 'worker', option: true }],
  codeServer: [
    async ({ codeServerOptions }, use) => {
      const server = await CodeServer.start({ vsix: required('NEXFLOW_VSIX'), ...codeServerOptions });
      await use(server);
      await server.stop();
    },
    { scope: 'worker' },
  ],
  folder: async ({ codeServer }, use) => {
    folders += 1;
    const folder = codeServer.folder(join(`w${String(folders)}`, 'payments'));
    cpSync(project, folder, { recursive: true });
    await use(folder);
  },
  workbench: async ({ page, codeServer, folder }, use) => {
    await use(new Workbench(page, codeServer, folder));
  },
});

/** The workbench as a person uses it: by keys and by the mouse. */
export class Workbench {
  readonly notifications: Locator;
  readonly problems: Locator;
  readonly suggestions: Locator;
  readonly hover: Locator;
  readonly quickInput: Locator;
  /** The files that were opened by this class, by their names without a folder. */
  private readonly opened = new Map<string, string>();

  constructor(
    readonly page: Page,
    readonly server: CodeServer,
    readonly folder: string,
  ) {
    this.notifications = page.locator('.notifications-toasts .notification-list-item');
    this.problems = page.locator('.markers-panel .monaco-list-row');
    this.suggestions = page.locator('.suggest-widget.visible .monaco-list-row');
    this.hover = page.locator('.monaco-hover:not(.hidden) .hover-row');
    this.quickInput = page.locator('.quick-input-widget:not([style*="display: none"])');
  }

  /** Opens the folder with one of its files. */
  async open(file: string): Promise<void> {
    await this.page.goto(this.server.workbench(this.folder, file), { waitUntil: 'domcontentloaded' });
    this.opened.set(basename(file), file);
    await this.tab(basename(file)).waitFor();
    await this.lines.first().waitFor();
  }

  /** Waits until the server has read the document: its symbols are in the breadcrumbs, beside the name of the file. */
  async ready(): Promise<void> {
    await expect(this.page.locator('.breadcrumbs-below-tabs .monaco-breadcrumb-item')).not.toHaveCount(1);
  }

  tab(file: string, state: 'active' | 'dirty' = 'active'): Locator {
    return this.page.locator(`.tab.${state}[data-resource-name="${file}"]`);
  }

  get lines(): Locator {
    return this.page.locator('.editor-instance .monaco-editor .view-line');
  }

  /** The first line of the editor that has this text. The editor draws blanks as no-break spaces. */
  line(text: string): Locator {
    return this.lines.filter({ hasText: new RegExp(escape(text).replaceAll(' ', '[ \\u00a0]')) }).first();
  }

  /** The squiggles of one severity. */
  squiggles(severity: 'error' | 'warning' | 'info' | 'hint'): Locator {
    return this.page.locator(`.monaco-editor .squiggly-${severity}`);
  }

  read(file: string): string {
    return readFileSync(join(this.folder, file), 'utf8');
  }

  write(file: string, text: string): void {
    mkdirSync(dirname(join(this.folder, file)), { recursive: true });
    writeFileSync(join(this.folder, file), text);
  }

  async press(...keys: string[]): Promise<void> {
    for (const key of keys) await this.page.keyboard.press(key);
  }

  async type(text: string): Promise<void> {
    await this.page.keyboard.type(text, { delay: 30 });
  }

  /** Puts the cursor before the first occurrence of a text. */
  async goTo(text: string, offset = 0): Promise<void> {
    const [line, column] = await this.position(text);
    await this.press('Control+g');
    await this.quickInput.locator('input').fill(`:${String(line)}:${String(column + offset)}`);
    await this.press('Enter');
    await expect(this.quickInput).toHaveCount(0);
  }

  /** Line and column, from 1, of the first occurrence of a text in the active document, as it is on disk. */
  async position(text: string): Promise<[number, number]> {
    const file = await this.page.locator('.tab.active').first().getAttribute('data-resource-name');
    const content = this.read(this.opened.get(file ?? '') ?? file ?? '');
    const at = content.indexOf(text);
    if (at < 0) throw new Error(`${String(file)} has no ${text}`);
    const before = content.slice(0, at).split('\n');
    return [before.length, (before.at(-1)?.length ?? 0) + 1];
  }

  /** Runs a command by its title. */
  async command(title: string): Promise<void> {
    await this.press('F1');
    const input = this.quickInput.locator('input');
    await input.fill(`>${title}`);
    await this.quickInput.locator('.monaco-list-row', { hasText: title }).first().click();
  }

  /** The piece of the editor's text that has one colour and this word in it. */
  word(word: string, line = word): Locator {
    return this.line(line).locator('span span', { hasText: word }).first();
  }

  /** Hovers over a word until a hover with this text shows; the server may not have started when the mouse arrives. */
  async hoverOver(target: Locator, text: string | RegExp): Promise<Locator> {
    const wanted = this.hover.filter({ hasText: text }).first();
    await expect(async () => {
      const box = await target.boundingBox();
      if (box === null) throw new Error('the target of the hover is not visible');
      // Only real movement opens a hover. The piece may begin with the blanks of the indentation.
      const [x, y] = [box.x + box.width - 8, box.y + box.height / 2];
      // It begins at the word: on a longer way other hovers would open, and one of them could lie over the word.
      await this.page.mouse.move(0, 0);
      await this.page.mouse.move(x - 4, y);
      await this.page.mouse.move(x, y, { steps: 4 });
      await expect(wanted).toBeVisible({ timeout: 4_000 });
    }).toPass();
    return wanted;
  }

  async save(file: string): Promise<void> {
    await this.press('Control+s');
    await expect(this.tab(file, 'dirty')).toHaveCount(0);
  }

  async screenshot(name: string): Promise<void> {
    mkdirSync(screenshots, { recursive: true });
    // Hovers and lists fade in.
    await this.page.waitForTimeout(400);
    await this.page.screenshot({ path: join(screenshots, `${name}.png`) });
  }
}

function escape(text: string): string {
  return text.replace(/[.*+?^${}()|[\]\\]/g, '\\$&');
}

export { expect };
