import type { Course } from '../../domain/course';
import type { LearnerResult, ResultStatus } from '../../domain/learner-result';
import { SettingsError } from '../../errors';
import type { DestinationSettings } from '../../settings/types';
import { externalId } from './external-id';
import type { Constant, Field } from './wire';

/*
 * The wire form on record (microsoft/oxa-tools, branch ld_integration, November 2017): names, casing, order and
 * constants as they were sent, the text "null" included. The service publishes no schema, so what it was seen to
 * take is kept; LD__catalogDefaults and LD__consumptionDefaults change what must differ.
 */

/** The settings that shape a record. */
export interface WireSettings extends DestinationSettings {
  readonly submittedBy: string;
  readonly externalIdForm: 'stripped' | 'full';
  readonly catalogDefaults: Readonly<Record<string, Constant>>;
  readonly consumptionDefaults: Readonly<Record<string, Constant>>;
}

/** `fallback` is sent when the record has no value; undefined leaves the field out. */
type Spec<R> =
  | { readonly constant: Constant }
  | { readonly required: (record: R) => string }
  | { readonly optional: (record: R) => string | undefined; readonly fallback?: Constant };

const nullText = { constant: 'null' } as const;

const date = (time: string | undefined): string | undefined => time?.slice(0, 10);

export function catalogFields(settings: WireSettings): Field<Course>[] {
  const specs: Record<string, Spec<Course> | 'sourceSystemId'> = {
    Confidential: { constant: 'false' },
    BIClassification: { constant: 'MBI' },
    BusinessOrg: nullText,
    IsPrimary: { constant: 'true' },
    IsShareable: nullText,
    CourseType: { constant: 'Build' },
    HideInSearch: { constant: 'hidden' },
    HideInRoadMap: nullText,
    ParentSourceSystemId: { constant: '0' },
    Deleted: { required: () => 'false' },
    SourceSystemid: 'sourceSystemId',
    Version: { constant: '1' },
    Brand: { constant: 'Infopedia' },
    Modality: { constant: 'OLT' },
    MediaType: { constant: 'Course' },
    Status: { constant: 'Active' },
    DescriptionLong: { optional: (course) => course.longDescription, fallback: 'null' },
    SunsetDate: { optional: (course) => date(course.end) },
    Keywords: { required: (course) => (course.keywords?.length ? course.keywords.join(', ') : course.name) },
    ThumbnailLargeUri: { optional: (course) => course.thumbnailLarge, fallback: 'null' },
    AvailabilityDate: { optional: (course) => date(course.enrollmentStart) },
    Name: { required: (course) => course.name },
    Url: { required: (course) => course.url },
    DescriptionShort: { optional: (course) => course.shortDescription, fallback: 'null' },
    ThumbnailShort: { optional: (course) => course.thumbnailSmall, fallback: 'null' },
    TrainingOrgs: { optional: (course) => course.org, fallback: 'null' },
    ExternalId: { required: (course) => externalId(course.id, settings.externalIdForm) },
  };
  return toFields(specs, settings.catalogDefaults, `${settings.prefix}catalogDefaults`);
}

/**
 * The sink's words. It was only ever sent these three, and `Passed` is its only word for being done; a learner
 * who has not started is told as one in progress.
 */
const statusWords: Readonly<Record<ResultStatus, string>> = {
  NotStarted: 'InProgress',
  InProgress: 'InProgress',
  Completed: 'Passed',
  Passed: 'Passed',
  Failed: 'Failed',
};

export function consumptionFields(settings: WireSettings): Field<LearnerResult>[] {
  const specs: Record<string, Spec<LearnerResult> | 'sourceSystemId' | 'createdAt'> = {
    UserAlias: { required: (progress) => progress.email ?? '' },
    ExternalId: { required: (progress) => externalId(progress.courseId, settings.externalIdForm) },
    SourceSystemId: 'sourceSystemId',
    PersonnelNumber: { constant: 0 },
    SFSync: { constant: 0 },
    UUID: nullText,
    ActionVerb: nullText,
    ActionValue: { constant: 0 },
    CreatedDate: 'createdAt',
    SubmittedBy: { required: () => settings.submittedBy },
    ActionFlag: nullText,
    ConsumptionStatus: { required: (progress) => statusWords[progress.status] },
  };
  return toFields(specs, settings.consumptionDefaults, `${settings.prefix}consumptionDefaults`);
}

/** @throws SettingsError when a default is given for a field whose value comes from the source or the run. */
function toFields<R>(
  specs: Readonly<Record<string, Spec<R> | 'sourceSystemId' | 'createdAt'>>,
  defaults: Readonly<Record<string, Constant>>,
  setting: string,
): Field<R>[] {
  const fixed = Object.keys(defaults).filter((name) => {
    const spec = Object.hasOwn(specs, name) ? specs[name] : undefined;
    return spec !== undefined && (typeof spec === 'string' || 'required' in spec);
  });
  if (fixed.length > 0) {
    const message = `cannot make ${fixed.join(', ')} constant: the value comes from the record; leave it out`;
    throw new SettingsError([{ setting, message }]);
  }
  const fields = Object.entries(specs).flatMap(([name, spec]): Field<R>[] => {
    if (spec === 'sourceSystemId') return [{ name, value: (_, to) => to.sourceSystemId }];
    if (spec === 'createdAt') return [{ name, value: (_, to) => to.createdAt.slice(0, 19) }];
    if ('required' in spec) return [{ name, value: spec.required }];
    const fallback = 'constant' in spec ? spec.constant : spec.fallback;
    const constant = Object.hasOwn(defaults, name) ? defaults[name] : fallback;
    if ('constant' in spec) return constantField(name, constant);
    return [{ name, value: (record) => spec.optional(record) || undefined, fallback: constant ?? undefined }];
  });
  const added = Object.entries(defaults).filter(([name]) => !Object.hasOwn(specs, name));
  return [...fields, ...added.flatMap(([name, constant]) => constantField<R>(name, constant))];
}

/** A default of null leaves the field out. */
const constantField = <R>(name: string, constant: Constant | undefined): Field<R>[] =>
  constant === null || constant === undefined ? [] : [{ name, constant }];
