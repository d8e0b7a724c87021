import { mapCourse as mapAcademy } from '../../src/lib/sources/academy-of-mine/map';
import { mapCourse as mapKhalibre } from '../../src/lib/sources/khalibre/map';
import { Notes } from '../../src/lib/sources/notes';
import { mapCourse as mapOpenEdx } from '../../src/lib/sources/open-edx/map';

const baseUrl = 'https://lms.example.com/staff';

interface Fields {
  readonly picture?: string;
  readonly date?: string;
}

/** What each vendor's course becomes, whose picture and end are these. */
const vendors = [
  {
    vendor: 'open-edx',
    names: { picture: 'media.image.large', date: 'end' },
    map: ({ picture, date }: Fields, notes: Notes) =>
      mapOpenEdx({ id: 'a', name: 'A', media: { image: { large: picture } }, end: date }, baseUrl, notes),
  },
  {
    vendor: 'khalibre',
    names: { picture: 'bannerUrl', date: 'endDate' },
    map: ({ picture, date }: Fields, notes: Notes) =>
      mapKhalibre({ courseId: 1, title: 'A', bannerUrl: picture, endDate: date }, baseUrl, notes),
  },
  {
    vendor: 'academy-of-mine',
    names: { picture: 'featuredImageUrl', date: 'durationSpecificDate' },
    map: ({ picture, date }: Fields, notes: Notes) =>
      mapAcademy(
        { id: 1, name: 'A', featuredImageUrl: picture, durationSpecificDate: date },
        {
          settings: { baseUrl, timeZone: 'UTC', courseUrl: undefined },
          prefix: '',
          categories: new Map(),
          notes,
        },
      ),
  },
];

describe.each(vendors)('$vendor, like the others,', ({ map, names }) => {
  const course = (fields: Fields, notes = new Notes()) => {
    const mapped = map(fields, notes);
    return mapped?.ok ? mapped.record : undefined;
  };

  test.each([
    ['https://cdn.example.com/b.png', 'https://cdn.example.com/b.png'],
    ['http://cdn.example.com/b.png', 'http://cdn.example.com/b.png'],
    ['/asset/b.png', 'https://lms.example.com/asset/b.png'],
  ])('keeps the picture %s', (picture, kept) => expect(course({ picture })?.thumbnailLarge).toBe(kept));

  test.each(['ftp://cdn.example.com/b.png', 'javascript:alert(1)', 'http://'])(
    'goes without the picture %s, which is noted',
    (picture) => {
      const notes = new Notes();
      expect(course({ picture }, notes)).toMatchObject({ name: 'A' });
      expect(course({ picture })).not.toHaveProperty('thumbnailLarge');
      expect(JSON.stringify(notes.list())).toContain(
        `${names.picture} cannot be read as the address of a picture`,
      );
    },
  );

  test('goes without a date that cannot be read, which is noted', () => {
    const notes = new Notes();
    expect(course({ date: 'soon' }, notes)).toMatchObject({ name: 'A' });
    expect(course({ date: 'soon' })).not.toHaveProperty('end');
    expect(JSON.stringify(notes.list())).toContain(`${names.date} cannot be read as a date`);
  });
});
