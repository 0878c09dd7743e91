// The settings as a person writes them.
import { expect, test } from './fixtures';

test('rules are completed by their ids in the settings, with their titles, and so are severities', async ({
  workbench,
}) => {
  workbench.write(
    '.vscode/settings.json',
    '{\n  "nexflow.infra.rules": {\n    "enum-unk": "off",\n    "no-such-rule": "off"\n  }\n}\n',
  );
  await workbench.open('.vscode/settings.json');
  // What is no rule is said where it is written.
  await workbench.press('Control+Shift+m');
  await expect(workbench.problems.filter({ hasText: 'Unknown rule ID' })).toHaveCount(2);
  await workbench.lines.first().click();
  await workbench.goTo('enum-unk', 'enum-unk'.length);
  await workbench.press('Control+Space');
  const rule = workbench.suggestions.filter({ hasText: 'enum-unknown-value' }).first();
  await expect(rule).toBeVisible();
  await workbench.press('Enter');
  await workbench.save('settings.json');
  expect(workbench.read('.vscode/settings.json')).toContain('"enum-unknown-value": "off"');

  await workbench.goTo('"off"', 1);
  await workbench.press('Control+Space');
  for (const severity of ['error', 'warning', 'hint', 'off']) {
    await expect(workbench.suggestions.filter({ hasText: severity }).first()).toBeVisible();
  }
});
