import type { Course } from '../../../src/lib/domain/course';
import { resultStatuses, type LearnerResult } from '../../../src/lib/domain/learner-result';
import { SettingsError } from '../../../src/lib/errors';
import { createEncoder } from '../../../src/lib/destinations/ld-services/encode';
import type { LdSettings } from '../../../src/lib/destinations/ld-services/settings';
import type { Encoded } from '../../../src/lib/destinations/destination';
import { ldSettings } from './settings';
import { at, from as to } from '../origin';

const encoder = (more: Partial<LdSettings> = {}) => createEncoder(ldSettings(more));

function written(encoded: Encoded) {
  if (!encoded.ok) throw new Error(encoded.skipped);
  const { key, json, hash } = encoded;
  return { key, json, hash, fields: JSON.parse(encoded.json) as Record<string, unknown> };
}

const course: Course = {
  id: 'course-v1:edX+DemoX+Demo_Course',
  name: 'edX "Demo" Course',
  org: 'edX',
  url: 'https://lms.example.com/courses/course-v1:edX+DemoX+Demo_Course/about',
  shortDescription: 'Short',
  thumbnailSmall: 'https://lms.example.com/s.jpg',
  thumbnailLarge: 'https://lms.example.com/l.jpg',
  end: at('2019-02-05T00:00:00Z'),
  enrollmentStart: at('2017-02-05T05:00:00Z'),
};
const progress: LearnerResult = {
  courseId: course.id,
  email: 'ann@example.com',
  status: 'Passed',
  percent: 0.9,
};

describe('a course', () => {
  it('has the fields of the wire form, in their order', () => {
    expect(encoder().encodeCourse(course, to)).toMatchObject({
      key: 'edX+DemoX+Demo_Course',
      json:
        '{"Confidential":"false","BIClassification":"MBI","BusinessOrg":"null","IsPrimary":"true",' +
        '"IsShareable":"null","CourseType":"Build","HideInSearch":"hidden","HideInRoadMap":"null",' +
        '"ParentSourceSystemId":"0","Deleted":"false","SourceSystemid":"16","Version":"1","Brand":"Infopedia",' +
        '"Modality":"OLT","MediaType":"Course","Status":"Active","DescriptionLong":"null",' +
        '"SunsetDate":"2019-02-05","Keywords":"edX \\"Demo\\" Course",' +
        '"ThumbnailLargeUri":"https://lms.example.com/l.jpg","AvailabilityDate":"2017-02-05",' +
        '"Name":"edX \\"Demo\\" Course",' +
        '"Url":"https://lms.example.com/courses/course-v1:edX+DemoX+Demo_Course/about",' +
        '"DescriptionShort":"Short","ThumbnailShort":"https://lms.example.com/s.jpg","TrainingOrgs":"edX",' +
        '"ExternalId":"edX+DemoX+Demo_Course"}',
    });
  });

  it('leaves out what the source does not say, and writes "null" where that was the custom', () => {
    const { fields } = written(
      encoder().encodeCourse({ id: '1201', name: 'N', url: 'https://x.example.com' }, to),
    );
    expect(fields).toMatchObject({
      DescriptionShort: 'null',
      DescriptionLong: 'null',
      ThumbnailShort: 'null',
      ThumbnailLargeUri: 'null',
      TrainingOrgs: 'null',
      ExternalId: '1201',
    });
    expect(fields).not.toHaveProperty('SunsetDate');
    expect(fields).not.toHaveProperty('AvailabilityDate');
  });

  it('takes other constants from the settings, or none', () => {
    const catalogDefaults = {
      Brand: 'Acme',
      BusinessOrg: null,
      DescriptionShort: null,
      Language: 'en-us',
      Version: 2,
    };
    const { encodeCourse } = encoder({ catalogDefaults });
    const { fields } = written(encodeCourse({ id: 'a', name: 'N', url: 'https://x.example.com' }, to));
    expect(fields).toMatchObject({ Brand: 'Acme', Language: 'en-us', Version: 2 });
    expect(fields).not.toHaveProperty('BusinessOrg');
    expect(fields).not.toHaveProperty('DescriptionShort');
    expect(written(encodeCourse(course, to)).fields.DescriptionShort).toBe('Short');
  });

  it('cannot have a constant name', () => {
    expect(() => encoder({ catalogDefaults: { Name: 'x', Deleted: 'false' } })).toThrow(SettingsError);
    expect(() => encoder({ catalogDefaults: { Name: 'x' } })).toThrow(
      /^LD__catalogDefaults cannot make Name/,
    );
    expect(() => encoder({ consumptionDefaults: { UserAlias: 'x' } })).toThrow(
      /^LD__consumptionDefaults cannot make UserAlias/,
    );
  });

  it('is withdrawn by the same record, deleted', () => {
    const { json, fields } = written(encoder().encodeCourse(course, to));
    const deleted = encoder().encodeDeletion(json, to);
    expect(JSON.parse(deleted)).toEqual({ ...fields, Deleted: 'true' });
    expect(deleted.replace('"Deleted":"true"', '"Deleted":"false"')).toBe(json);
  });
});

describe('progress', () => {
  it('has the fields of the wire form, in their order', () => {
    expect(encoder().encodeProgress(progress, to)).toMatchObject({
      key: 'ann@example.com\tedX+DemoX+Demo_Course',
      json:
        '{"UserAlias":"ann@example.com","ExternalId":"edX+DemoX+Demo_Course","SourceSystemId":"16",' +
        '"PersonnelNumber":0,"SFSync":0,"UUID":"null","ActionVerb":"null","ActionValue":0,' +
        '"CreatedDate":"2026-03-01T12:00:00","SubmittedBy":"bridge@example.com","ActionFlag":"null",' +
        '"ConsumptionStatus":"Passed"}',
    });
  });

  it('is told in the three words of the sink', () => {
    const words = resultStatuses.map(
      (status) => written(encoder().encodeProgress({ ...progress, status }, to)).fields.ConsumptionStatus,
    );
    expect(words).toEqual(['InProgress', 'InProgress', 'Passed', 'Passed', 'Failed']);
  });

  it('of nobody known, or of another domain, is skipped', () => {
    const { encodeProgress } = encoder({ learnerDomains: ['Example.com'] });
    const skipped = (email: string | undefined) => {
      const encoded = encodeProgress({ ...progress, email }, to);
      return encoded.ok ? undefined : encoded.skipped;
    };
    expect(skipped(undefined)).toBe('the source gives no address for this learner');
    expect(skipped('ann@EXAMPLE.com')).toBeUndefined();
    for (const email of [
      'ann@example.com.evil.org',
      'ann@sub.example.com',
      'ann@notexample.com',
      '@example.com@x.org',
    ]) {
      expect(skipped(email)).toBe('the address is outside LD__learnerDomains');
    }
  });

  it('takes other constants from the settings', () => {
    const { encodeProgress } = encoder({ consumptionDefaults: { UUID: null, SFSync: 1 } });
    const { fields } = written(encodeProgress(progress, to));
    expect(fields.SFSync).toBe(1);
    expect(fields).not.toHaveProperty('UUID');
  });
});

it('gives both feeds the same external id, stripped or full', () => {
  for (const externalIdForm of ['stripped', 'full'] as const) {
    const { encodeCourse, encodeProgress } = encoder({ externalIdForm });
    const id = written(encodeCourse(course, to)).fields.ExternalId;
    expect(written(encodeProgress(progress, to)).fields.ExternalId).toBe(id);
    expect(id).toBe(externalIdForm === 'full' ? course.id : 'edX+DemoX+Demo_Course');
  }
  expect(written(encoder().encodeCourse({ ...course, id: 'urn:a:b' }, to)).key).toBe('urn:a:b');
});

describe('the hash', () => {
  const hashOf = (record: LearnerResult, created = to) =>
    written(encoder().encodeProgress(record, created)).hash;

  it('is 8 bytes, whatever the order of fields and the time of the run', () => {
    const later = { ...to, createdAt: at('2027-01-01T00:00:00Z') };
    expect(hashOf(progress)).toMatch(/^[0-9a-f]{16}$/);
    expect(
      hashOf({
        percent: 0.9,
        grade: undefined,
        status: 'Passed',
        email: 'ann@example.com',
        courseId: course.id,
      }),
    ).toBe(hashOf(progress));
    expect(hashOf(progress, later)).toBe(hashOf(progress));
  });

  it('changes with every field, also with those that are not sent', () => {
    const others = [
      { percent: 0.8 },
      { status: 'Failed' as const },
      { grade: 'A' },
      { email: 'bob@example.com' },
    ];
    const hashes = others.map((other) => hashOf({ ...progress, ...other }));
    expect(new Set([hashOf(progress), ...hashes]).size).toBe(5);
  });
});

it('encodes thousands of records in the blink of an eye', () => {
  const { encodeProgress } = encoder({ learnerDomains: ['example.com'] });
  for (let n = 0; n < 20_000; n++) encodeProgress(progress, to);
  const startedAt = performance.now();
  for (let n = 0; n < 20_000; n++) encodeProgress({ ...progress, email: `learner${n}@example.com` }, to);
  expect(performance.now() - startedAt).toBeLessThan(1000);
});
