// The language configuration, tried on lines as people write them.
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';

interface LanguageConfiguration {
  wordPattern: string;
  indentationRules: { increaseIndentPattern: string; decreaseIndentPattern: string };
  folding: { markers: { start: string; end: string } };
}
const configuration = JSON.parse(
  readFileSync(join(__dirname, '..', 'language-configuration.json'), 'utf8'),
) as LanguageConfiguration;

/** All words of a line, as a double click would select them. */
const words = (line: string) => line.match(new RegExp(configuration.wordPattern, 'g')) ?? [];

describe('a word', () => {
  it.each([
    ['compression: LZ4  # NONE', ['compression', 'LZ4', 'NONE']],
    ['endpoint: ${S3_ENDPOINT}', ['endpoint', '${S3_ENDPOINT}']],
    ['prefix: ${A_B:-production/auth}/x', ['prefix', '${A_B:-production/auth}', '/x']],
    ['endpoint: ${S3_', ['endpoint', '${S3_']],
    ['storage: s3://changelog-bucket/auth/', ['storage', 's3://changelog-bucket/auth/']],
    ['path: s3://${BUCKET}/state/${ENV}', ['path', 's3://${BUCKET}/state/${ENV}']],
    ['password: "secret://kafka/password?version=3"', ['password', 'secret://kafka/password?version=3']],
    ['- /mnt/ssd1/flink-state', ['/mnt/ssd1/flink-state']],
    ['key_prefix: "flink:state:"', ['key_prefix', 'flink:state']],
    ['role_arn: arn:aws:iam::123456789:role/x', ['role_arn', 'arn:aws:iam::123456789:role/x']],
    ['{type: s3, per_slot: 256mb}', ['type', 's3', 'per_slot', '256mb']],
    ['kms: &key-1 *key-1', ['kms', 'key-1', 'key-1']],
    ['  größe: 1', ['größe', '1']],
  ])('%s', (line, expected) => {
    expect(words(line)).toEqual(expected);
  });

  it('is never empty, or the editor would refuse the pattern', () => {
    expect(new RegExp(configuration.wordPattern).test('')).toBe(false);
  });
});

describe('the next line is indented', () => {
  const increases = (line: string) => new RegExp(configuration.indentationRules.increaseIndentPattern).test(line);

  it.each([
    'state_backends:',
    '  default:',
    '  default:   # why',
    '    - name:',
    '  note: |',
    '  note: >-  # folded',
    'a key:',
  ])('after %j', (line) => {
    expect(increases(line)).toBe(true);
  });

  it.each(['  type: rocksdb', '# comment:', '  - item', '', '  url: s3://x', '  a: "b:"', '  # a: b:'])(
    'not after %j',
    (line) => {
      expect(increases(line)).toBe(false);
    },
  );
});

describe('regions fold', () => {
  it.each(['# region backends', '  #region x', '# #region'])('from %j', (line) => {
    expect(new RegExp(configuration.folding.markers.start).test(line)).toBe(true);
    expect(new RegExp(configuration.folding.markers.end).test(line)).toBe(false);
  });
  it.each(['# endregion', '  #endregion'])('to %j', (line) => {
    expect(new RegExp(configuration.folding.markers.end).test(line)).toBe(true);
  });
  it('and `region: us-east-1` is a field', () => {
    expect(new RegExp(configuration.folding.markers.start).test('    region: us-east-1')).toBe(false);
  });
});
