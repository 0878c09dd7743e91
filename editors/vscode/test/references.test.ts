// What the client announces it has, and what a click on a code lens does.
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { OWN_COMMANDS, SHOW_REFERENCES } from '../src/capabilities';
import { showReferences } from '../src/commands/references';

const source = (file: string) => readFileSync(join(__dirname, '..', 'src', file), 'utf8');
const POSITION = { line: 3, character: 2 };
const PLACES = [{ uri: 'file:///p/a.infra', range: { start: POSITION, end: { line: 3, character: 8 } } }];

async function run(values: readonly unknown[]): Promise<unknown[][]> {
  const seen: unknown[][] = [];
  const converter = {
    asUri: (value: string) => ({ uri: value }),
    asPosition: (value: unknown) => ({ position: value }),
    asLocation: (value: unknown) => ({ location: value }),
  };
  await showReferences((...all) => Promise.resolve(seen.push(all)), converter, values);
  return seen;
}

describe('a click on a code lens', () => {
  it('shows the places as the editor shows references', async () => {
    expect(await run(['file:///p/base.infra', POSITION, PLACES])).toEqual([
      [
        'editor.action.showReferences',
        { uri: 'file:///p/base.infra' },
        { position: POSITION },
        [{ location: PLACES[0] }],
      ],
    ]);
  });

  it.each([[[]], [['file:///p/base.infra']], [['file:///a', POSITION, [{}]]], [[1, POSITION, PLACES]]])(
    'does nothing with other values: %j',
    async (values) => {
      expect(await run(values)).toEqual([]);
    },
  );

  it('is announced to the server, and registered', () => {
    expect(OWN_COMMANDS).toContain(SHOW_REFERENCES);
    expect(source('server/client.ts')).toContain('commands: [...OWN_COMMANDS]');
    expect(source('commands/index.ts')).toContain('commands.registerCommand(SHOW_REFERENCES');
  });
});
