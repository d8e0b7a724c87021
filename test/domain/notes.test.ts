import { addNotes, noteText } from '../../src/lib/domain/notes';
import { rowToSlice, sliceToRow } from '../../src/lib/store/run-rows';

const status = { text: 'unknown status 7 "On hold"' };

test('a note is said once, with its rows added up', () => {
  const first = [{ ...status, rows: 2 }, { text: 'page 2 of 3 was empty' }];
  const all = addNotes(first, [...first, { ...status, rows: 1 }]);
  expect(all.map(noteText)).toEqual(['unknown status 7 "On hold" (5 rows)', 'page 2 of 3 was empty']);
  expect(noteText({ ...status, rows: 1 })).toBe('unknown status 7 "On hold" (1 row)');
});

test('notes stay few and short', () => {
  const many = Array.from({ length: 30 }, (_, i) => ({ text: `${i} ${'x'.repeat(1000)}`, rows: 1 }));
  const texts = addNotes([], many).map(({ text }) => text);
  expect(texts.map((text) => text.length)).toEqual(Array(20).fill(500));
});

test('a stored note that is a plain text is read', () => {
  const slice = {
    runId: 'khalibre-catalog-20260701T020000Z',
    number: 1,
    state: 'done' as const,
    work: { type: 'listing' as const },
    attempts: 1,
    worker: undefined,
    pauses: 0,
    dueAt: 0,
    counts: { read: 0, sent: 0, unchanged: 0, skipped: 0, quarantined: 0, deleted: 0 },
    changes: undefined,
    notes: [{ ...status, rows: 2 }],
    error: undefined,
  };
  const row = sliceToRow(slice, 'p1');
  expect(rowToSlice(row, slice.runId).notes).toEqual(slice.notes);
  const old = { ...row, notes: JSON.stringify(['unknown status 7 "On hold" (2 rows)']) };
  expect(rowToSlice(old, slice.runId).notes.map(noteText)).toEqual(['unknown status 7 "On hold" (2 rows)']);
});
