import fc from 'fast-check';
import { JsonArray } from '../../src/lib/sync/deliver/json-array';

const record = fc.string({ maxLength: 30, unit: 'grapheme' }).map((text) => JSON.stringify({ text }));

test('is the JSON array of its records, or of a part of them, however small it began', () => {
  fc.assert(
    fc.property(fc.array(record, { minLength: 1 }), fc.nat(40), fc.nat(), fc.nat(), (records, more, a, b) => {
      const array = new JsonArray(1 + more);
      for (const json of records) {
        array.push('{"taken":"back"}');
        array.pop();
        array.push(json);
        expect(array.size).toBeLessThanOrEqual(array.capacity);
      }
      expect(array.count).toBe(records.length);
      const from = a % records.length;
      const to = from + 1 + (b % (records.length - from));
      const text = (part: readonly string[]): string => `[${part.join(',')}]`;
      // A part first and after: it leaves the whole as it is.
      expect(array.bytes(from, to).toString()).toBe(text(records.slice(from, to)));
      expect(array.bytes().toString()).toBe(text(records));
      expect(array.bytes().length).toBe(array.size);
      expect(array.bytes(from, to).toString()).toBe(text(records.slice(from, to)));
    }),
  );
});

test('counts its bytes', () => {
  const array = new JsonArray();
  expect([array.count, array.size]).toEqual([0, 2]);
  array.push('{"é":1}');
  expect([array.count, array.size]).toEqual([1, 10]);
});
