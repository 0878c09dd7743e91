// What package.json promises is there, and what the code uses is in package.json.
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';

const root = join(__dirname, '..');
interface Property {
  readonly scope?: string;
  readonly description?: string;
  readonly markdownDescription?: string;
  readonly default?: unknown;
}
const manifest = JSON.parse(readFileSync(join(root, 'package.json'), 'utf8')) as {
  readonly capabilities: {
    readonly untrustedWorkspaces: { readonly supported: string; readonly restrictedConfigurations: string[] };
  };
  readonly contributes: {
    readonly commands: { readonly command: string; readonly title: string; readonly category: string }[];
    readonly menus: Record<string, { readonly command: string }[]>;
    readonly configuration: { readonly properties: Record<string, Property> }[];
    readonly languages: { readonly extensions: string[]; readonly icon: Record<string, string> }[];
    readonly walkthroughs: {
      readonly steps: { readonly description: string; readonly media: { readonly image: string } }[];
    }[];
  };
};
const { contributes } = manifest;
const sources = readdirSync(join(root, 'src'), { recursive: true, encoding: 'utf8' })
  .filter((file) => file.endsWith('.ts'))
  .map((file) => readFileSync(join(root, 'src', file), 'utf8'))
  .join('\n');
const commands = contributes.commands.map(({ command }) => command);
const settings = Object.assign({}, ...contributes.configuration.map(({ properties }) => properties)) as Record<
  string,
  Property
>;

describe('commands', () => {
  it('of the manifest are those of the code', () => {
    const registered = [...sources.matchAll(/'(nexflow\.\w+)': \(\w*\) =>/g)].map((match) => match[1]);
    expect([...registered].sort()).toEqual([...commands].sort());
  });

  it('have one category and each its title', () => {
    expect(new Set(contributes.commands.map(({ category }) => category))).toEqual(new Set(['Nexflow']));
    expect(new Set(contributes.commands.map(({ title }) => title)).size).toBe(commands.length);
  });

  it('of menus and of the walkthrough exist', () => {
    for (const { command } of Object.values(contributes.menus).flat()) expect(commands).toContain(command);
    for (const { description } of contributes.walkthroughs.flatMap(({ steps }) => steps)) {
      for (const [, command] of description.matchAll(/command:(nexflow\.\w+)/g)) expect(commands).toContain(command);
    }
  });
});

describe('settings', () => {
  it('stand where the extension of the toolchain has none', () => {
    for (const key of Object.keys(settings)) expect(key).toMatch(/^nexflow\.infra\./);
  });

  it('are described, have a default, and a scope', () => {
    for (const [key, setting] of Object.entries(settings)) {
      expect((setting.description ?? setting.markdownDescription ?? '').length, key).toBeGreaterThan(20);
      expect(setting.default, key).toBeDefined();
      expect(['resource', 'window', 'machine-overridable'], key).toContain(setting.scope);
    }
  });

  it('that choose what is executed or read, and how much, are not read from a folder that is not trusted', () => {
    expect(manifest.capabilities.untrustedWorkspaces.supported).toBe('limited');
    const restricted = manifest.capabilities.untrustedWorkspaces.restrictedConfigurations;
    const protects = (key: string) => /^nexflow\.infra\.(server\..*|compareWith|envFiles|max.*)$/.test(key);
    expect([...restricted].sort()).toEqual(Object.keys(settings).filter(protects).sort());
  });
});

describe('texts', () => {
  const described = Object.entries(settings).map(
    ([key, setting]) => [key, setting.description ?? setting.markdownDescription ?? ''] as const,
  );
  const steps = contributes.walkthroughs.flatMap(({ steps }) => steps.map(({ description }) => description));

  it('of settings and steps are sentences', () => {
    for (const [key, text] of described) expect(text, key).toMatch(/^[A-Z].*\.$/s);
    for (const text of steps) expect(text.split('\n')[0]).toMatch(/^[A-Z].*\.$/);
  });

  it('speak the words of the trade, to the user', () => {
    const foreign = /\b(mends?|whether|somebody|finding|it says|take it back|as it is|is no)\b|: the one that/i;
    for (const [key, text] of described) expect(text, key).not.toMatch(foreign);
    for (const text of steps) expect(text).not.toMatch(foreign);
  });

  it('of steps show no raw marks of code', () => {
    for (const text of steps) expect(text).not.toContain('`');
  });
});

describe('files', () => {
  it('that the manifest names exist', () => {
    const named = [
      ...contributes.languages.flatMap(({ icon }) => Object.values(icon)),
      ...contributes.walkthroughs.flatMap(({ steps }) => steps.map(({ media }) => media.image)),
      'language-configuration.json',
      'images/icon.png',
    ];
    for (const file of named) expect(existsSync(join(root, file)), file).toBe(true);
  });

  it('make the walkthrough show pictures', () => {
    for (const { media } of contributes.walkthroughs.flatMap(({ steps }) => steps))
      expect(media.image).toMatch(/\.png$/);
  });

  it('that the README shows exist', () => {
    const readme = readFileSync(join(root, 'README.md'), 'utf8');
    const shown = [...readme.matchAll(/\]\((images\/[^)]+)\)/g)].map(([, path]) => path ?? '');
    expect(shown.length).toBeGreaterThan(3);
    for (const file of shown) expect(existsSync(join(root, file)), file).toBe(true);
  });

  it('of the language are its three endings', () => {
    expect(contributes.languages[0]?.extensions).toEqual(['.infra', '.infra.yaml', '.infra.yml']);
  });
});

it('nothing is reported to anyone', () => {
  expect(sources).not.toMatch(/telemetry|fetch\(|https?\.request|createTelemetryLogger/i);
});
