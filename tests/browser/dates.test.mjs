// Dates that are typed mean the same to the console's page as to the server: one table of cases for both.

import assert from 'node:assert/strict';
import fs from 'node:fs';
import path from 'node:path';
import { pathToFileURL } from 'node:url';
import { test } from 'node:test';

const sources = process.env.TEST_SOURCES;
const { parseTypedDate, readBack, asWritten } = await import(pathToFileURL(path.join(sources, 'web/console/typed_date.js')));

test('typed dates mean what the shared table says', () => {
  const lines = fs.readFileSync(path.join(sources, 'base/text/typed_dates.tsv'), 'utf8').split('\n');
  const cases = lines.filter((line) => line && !line.startsWith('#')).map((line) => line.split('\t'));
  assert.ok(cases.length > 50);
  for (const [typed, current, meant] of cases) {
    const { iso, wrong } = parseTypedDate(typed, current, 2026);
    assert.equal(iso ?? wrong, meant, `"${typed}" where "${current}" stood`);
  }
});

test('a date is read back with its day of the week', () => {
  assert.equal(readBack('2017-12-12', 'vi'), 'thứ Ba, 12/12/2017');
  assert.equal(readBack('2017-12-17', 'vi'), 'chủ nhật, 17/12/2017');
  assert.equal(readBack('2017-12-12', 'en'), 'Tuesday, 12/12/2017');
  assert.equal(readBack('2017-12', 'vi'), '12/2017');
  assert.equal(asWritten('1991'), '1991');
});
