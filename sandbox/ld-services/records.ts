/** A record on the wire. */
export type WireRecord = Readonly<Record<string, unknown>>;

type Check = (value: unknown) => boolean;

const text: Check = (value) => typeof value === 'string';
const filled: Check = (value) => typeof value === 'string' && value.trim() !== '';
// `null` as a word is how this service is told that there is nothing.
const flag: Check = (value) => value === 'true' || value === 'false' || value === 'null';
const day: Check = (value) => typeof value === 'string' && isDay(value);
const time: Check = (value) =>
  typeof value === 'string' &&
  /^\d{4}-\d\d-\d\dT([01]\d|2[0-3]):[0-5]\d:[0-5]\d$/.test(value) &&
  isDay(value.slice(0, 10));
const number: Check = (value) => typeof value === 'number' && Number.isFinite(value);
/** Public clients sent the source system's number in both ways. */
const systemId: Check = (value) =>
  (typeof value === 'string' && /^\d+$/.test(value)) || Number.isInteger(value);

export interface Form {
  readonly required: Readonly<Record<string, Check>>;
  readonly optional: Readonly<Record<string, Check>>;
}

export const catalogForm: Form = {
  required: {
    ExternalId: filled,
    Name: filled,
    SourceSystemid: systemId,
    Url: filled,
    Deleted: (value) => value === 'true' || value === 'false',
    Confidential: flag,
    BIClassification: text,
    BusinessOrg: text,
    IsPrimary: flag,
    IsShareable: flag,
    CourseType: text,
    HideInSearch: text,
    HideInRoadMap: text,
    ParentSourceSystemId: text,
    Version: text,
    Brand: text,
    Modality: text,
    MediaType: text,
    Status: text,
    DescriptionLong: text,
    DescriptionShort: text,
    Keywords: text,
    ThumbnailLargeUri: text,
    ThumbnailShort: text,
    TrainingOrgs: text,
  },
  optional: { SunsetDate: day, AvailabilityDate: day, CreatedDateAtSource: time, Language: text },
};

export const consumptionForm: Form = {
  required: {
    UserAlias: filled,
    ExternalId: filled,
    SourceSystemId: systemId,
    PersonnelNumber: number,
    SFSync: number,
    UUID: text,
    ActionVerb: text,
    ActionValue: number,
    ActionFlag: text,
    CreatedDate: time,
    SubmittedBy: filled,
    ConsumptionStatus: filled,
  },
  optional: {},
};

/** @returns the name of the first field that is missing, unknown or of the wrong form; undefined when all is well. */
export function wrongField(record: WireRecord, form: Form, allowUnknown: boolean): string | undefined {
  const missing = Object.keys(form.required).find((name) => !Object.hasOwn(record, name));
  if (missing) return missing;
  return Object.entries(record).find(([name, value]) => {
    const check = form.required[name] ?? form.optional[name];
    return check ? !check(value) : !allowUnknown;
  })?.[0];
}

function isDay(value: string): boolean {
  const ms = /^\d{4}-\d\d-\d\d$/.test(value) ? Date.parse(value) : NaN;
  return !Number.isNaN(ms) && new Date(ms).toISOString().startsWith(value);
}
