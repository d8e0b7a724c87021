import type { Answer } from '../server';
import { badRequest, notFound, refusal } from './refusal';
import type { Request } from './request';
import { type GraphState, newId, type Properties } from './state';

const required = ['title', 'contentWebUrl', 'languageTag'];
const known: Readonly<Record<string, (value: unknown) => boolean>> = {
  title: (value) => typeof value === 'string' && value.trim() !== '',
  contentWebUrl: isAddress,
  languageTag: (value) => typeof value === 'string' && /^[a-z]{2,3}(-[a-z0-9]{2,8})*$/i.test(value),
  externalId: isText,
  description: isText,
  duration: (value) =>
    typeof value === 'string' && /^P(?!$)(\d+D)?(T(?=\d)(\d+H)?(\d+M)?(\d+S)?)?$/.test(value),
  format: isText,
  thumbnailWebUrl: isAddress,
  sourceName: isText,
  additionalTags: isTexts,
  contributors: isTexts,
  skillTags: isTexts,
  createdDateTime: isTime,
  lastModifiedDateTime: isTime,
  isActive: (value) => typeof value === 'boolean',
  isPremium: (value) => typeof value === 'boolean',
  isSearchable: (value) => typeof value === 'boolean',
  numberOfPages: Number.isInteger,
};

/** `learningContents` of the provider; undefined: another path. @param path behind the provider. */
export function contents(
  { method, query, body }: Request,
  path: string,
  state: GraphState,
): Answer | undefined {
  const match = /^\/learningContents(?:\(externalId='(.*)'\)|\/([^/]+))?$/.exec(path);
  if (!match) return undefined;
  const { permissions } = state.options;
  const writes = permissions.includes('LearningContent.ReadWrite.All');
  if (!writes && !(method === 'GET' && permissions.includes('LearningContent.Read.All'))) return noAccess;
  const [, key, id] = match;
  const externalId = key?.replaceAll("''", "'");
  if (externalId === undefined && id === undefined) {
    if (method !== 'GET') return notSupported;
    const all = [...state.contents.values()];
    return { status: 200, body: { value: all.slice(0, Number(query.get('$top') ?? 100)) } };
  }
  const there = externalId === undefined ? state.contentById(id) : state.contents.get(externalId);
  if (method === 'PATCH') {
    const name = externalId ?? String(there?.externalId);
    const wrong = fault(body) ?? (state.isPoisoned(name) ? 'Input Field title is invalid' : undefined);
    if (wrong) return badRequest(wrong);
    if (externalId === undefined && !there) return noContent;
    const content = { isActive: true, isPremium: false, isSearchable: true, ...(body as Properties) };
    const kept = { ...content, id: there?.id ?? newId(), externalId: name };
    state.contents.set(name, kept);
    return { status: 202, body: kept };
  }
  if (!there) return noContent;
  if (method === 'GET') return { status: 200, body: there };
  if (method !== 'DELETE') return notSupported;
  state.contents.delete(String(there.externalId));
  return { status: 204 };
}

function fault(body: unknown): string | undefined {
  if (typeof body !== 'object' || body === null || Array.isArray(body))
    return 'The body must be a JSON object';
  const missing = required.find((name) => !(name in body));
  if (missing) return `Input Field ${missing} is required`;
  for (const [name, value] of Object.entries(body)) {
    const isRight = known[name];
    if (!isRight) return `The property '${name}' does not exist on type 'microsoft.graph.learningContent'`;
    if (value === '') return `Input Field ${name} shouldn't be empty`;
    if (!isRight(value) && (value !== null || required.includes(name)))
      return `Input Field ${name} is invalid`;
  }
  return undefined;
}

function isText(value: unknown): boolean {
  return typeof value === 'string';
}
function isTexts(value: unknown): boolean {
  return Array.isArray(value) && value.every(isText);
}
function isAddress(value: unknown): boolean {
  return typeof value === 'string' && URL.canParse(value) && /^https?:/.test(value);
}
export function isTime(value: unknown): boolean {
  return (
    typeof value === 'string' &&
    /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d/.test(value) &&
    !Number.isNaN(Date.parse(value))
  );
}

const noContent = notFound('The requested learning content doesn’t exist.');
export const noAccess = refusal(
  403,
  'Forbidden',
  "Your account doesn't have access to this report or data. Please contact your global administrator to request access.",
);
export const notSupported = refusal(
  405,
  'MethodNotAllowed',
  "This method isn't supported for this entity type. Reference the Microsoft Graph documentation for the methods applicable to this entity",
);
