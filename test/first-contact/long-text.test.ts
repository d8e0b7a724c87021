import { parseCsv } from '../../src/lib/csv';
import { countErrors } from '../../src/lib/destinations/ld-services/schema';
import { retryAfterMs } from '../../src/lib/http/retry-after';
import { parseBaseUrl } from '../../src/lib/http/target';
import { html } from '../../src/lib/api/status/html';
import { webAddress } from '../../src/lib/settings/parse';
import { withoutSlashes } from '../../src/lib/slashes';
import { readDate as academyDate } from '../../src/lib/sources/academy-of-mine/dates';
import { readStatus as academyStatus } from '../../src/lib/sources/academy-of-mine/status';
import { flag, ids, number, saysNothing } from '../../src/lib/sources/forms';
import { readDate as khalibreDate } from '../../src/lib/sources/khalibre/dates';
import { readStatus as khalibreStatus } from '../../src/lib/sources/khalibre/status';
import { refusalReason, safeWords } from '../../src/lib/sources/safe-words';

/* Text of any length from outside: whatever reads it takes no longer than its length is worth. */
const length = 200_000;
const system = { name: 'a', baseUrlSetting: 'b', credentialSettings: 'c' };

const readers: Readonly<Record<string, (text: string) => unknown>> = {
  "Khalibre's dates": khalibreDate,
  "Academy of Mine's dates": (text) => academyDate(text, 'UTC'),
  "Khalibre's statuses": (text) => khalibreStatus(1, text),
  "Academy of Mine's statuses": (text) => academyStatus(text),
  numbers: (text) => number.safeParse(text),
  'yes and no': (text) => flag.safeParse(text),
  'lists of ids': (text) => ids.safeParse(text),
  'what stands for nothing': saysNothing,
  "a vendor's words": safeWords,
  "a vendor's reason": (text) => refusalReason({ message: text }),
  'what the L&D services acknowledge': (text) => countErrors([{ errormessage: text }]),
  'Retry-After': (text) => retryAfterMs(text, 0),
  'base addresses': (text) => {
    try {
      return parseBaseUrl(system, `https://lms.example.com/${text}`);
    } catch {
      return undefined;
    }
  },
  'addresses in settings': (text) => webAddress.safeParse(`https://lms.example.com/${text}`),
  slashes: withoutSlashes,
  'the page': (text) => html`<p>${text}</p>`,
  'rows of a file': (text) => {
    try {
      return parseCsv(text);
    } catch {
      return undefined;
    }
  },
};

const texts: readonly (readonly [string, string])[] = [
  ['blanks between two letters', `a${' '.repeat(length)}b`],
  ['blanks within a date', `2025-01-05${' '.repeat(length)}x`],
  ['digits', '1'.repeat(length)],
  ['digits with commas', `${'1,'.repeat(length / 2)}x`],
  ['dashes', `${'-'.repeat(length)}x`],
  ['slashes', `${'/'.repeat(length)}x`],
  ['half of a link, over and over', 'a://'.repeat(length / 4)],
  ['words of two turns', 'not yet '.repeat(length / 8)],
  ['ago, and not quite', `about ${'ag'.repeat(length / 2)}`],
];

test.each(Object.entries(readers))('%s: however long the text, it is read at once', (_, read) => {
  for (const [what, text] of texts) {
    const began = performance.now();
    read(text);
    // What is quadratic takes half a minute here.
    expect([what, performance.now() - began < 2_000]).toEqual([what, true]);
  }
});
