// The animated picture of the READMEs: a mistake is typed, found, explained and fixed. `npm run screenshots` puts it together.
import { mkdirSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from './fixtures';

const FOLDER = join(import.meta.dirname, '..', 'out', 'recording');
const DOCUMENT = `version: "1.0"
environment: staging

checkpoints:
  payments:
    type: s3
    bucket: payment-checkpoints
    checkpoint:
      min_pause: 30s
`;

test.use({
  viewport: { width: 880, height: 440 },
  codeServerOptions: {
    settings: {
      'editor.fontSize': 16,
      'editor.cursorBlinking': 'solid',
      'editor.quickSuggestions': { strings: 'off', other: 'off' },
      'editor.suggestOnTriggerCharacters': false,
      'workbench.activityBar.location': 'hidden',
      'workbench.layoutControl.enabled': false,
      'window.commandCenter': false,
      'workbench.colorTheme': 'Default Light Modern',
    },
  },
});

test('a missing unit is found while typing, and fixed from the light bulb', async ({ workbench }) => {
  const { page } = workbench;
  rmSync(FOLDER, { recursive: true, force: true });
  mkdirSync(FOLDER, { recursive: true });
  const frames: { name: string; milliseconds: number }[] = [];
  const frame = async (milliseconds: number) => {
    const name = `${String(frames.length).padStart(3, '0')}.png`;
    await page.screenshot({ path: join(FOLDER, name), animations: 'disabled' });
    frames.push({ name, milliseconds });
  };

  // Problems of other documents are counted too.
  for (const name of readdirSync(workbench.folder)) rmSync(join(workbench.folder, name), { recursive: true });
  workbench.write('payments.infra', DOCUMENT);
  await workbench.open('payments.infra');
  await workbench.ready();
  await workbench.press('Control+b');
  await workbench.goTo('min_pause', 'min_pause: 30s'.length);
  await workbench.press('Enter');
  await page.waitForTimeout(500);
  await frame(900);
  for (const letter of 'interval: 60') {
    await page.keyboard.type(letter);
    await frame(110);
  }
  await workbench.squiggles('error').first().waitFor();
  await frame(1200);

  const value = workbench.word('60', 'interval: 60');
  await workbench.hoverOver(value, 'no unit');
  await page.waitForTimeout(400);
  await frame(3500);

  await page.mouse.move(0, 0);
  await workbench.press('Escape');
  const bulb = page.locator('[class*="lightbulb"]:visible').first();
  await bulb.waitFor();
  await frame(900);
  await bulb.click();
  const choice = page.locator('.action-widget .monaco-list-row').filter({ hasText: '60s' }).first();
  await expect(choice).toBeVisible();
  await page.waitForTimeout(400);
  await frame(1800);
  await choice.click();
  await expect(workbench.line('interval: 60s')).toBeVisible();
  await expect(workbench.squiggles('error')).toHaveCount(0);
  await page.waitForTimeout(400);
  await frame(2500);
  writeFileSync(join(FOLDER, 'frames.json'), JSON.stringify(frames));
});
