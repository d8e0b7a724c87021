import { z } from 'zod';
import type { VivaSettings } from './settings';

// Addresses of what Graph holds, below its root. An OData key stands in quotes; a quote in it is doubled.

const key = (text: string): string => `'${encodeURIComponent(text.replaceAll("'", "''"))}'`;

const providerUrl = ({ providerId }: VivaSettings): string =>
  `/employeeExperience/learningProviders/${encodeURIComponent(providerId)}`;

export const contentsUrl = (settings: VivaSettings): string => `${providerUrl(settings)}/learningContents`;

/** @param externalId ours. */
export const contentUrl = (settings: VivaSettings, externalId: string): string =>
  `${contentsUrl(settings)}(externalId=${key(externalId)})`;

export const activitiesUrl = (settings: VivaSettings): string =>
  `${providerUrl(settings)}/learningCourseActivities`;

/** @param externalId ours. The name is written as Graph's metadata has it. */
export const activityByExternalIdUrl = (settings: VivaSettings, externalId: string): string =>
  `${activitiesUrl(settings)}(externalcourseActivityId=${key(externalId)})`;

/** @param id Graph's. */
export const activityUrl = (settings: VivaSettings, id: string): string =>
  `${activitiesUrl(settings)}/${encodeURIComponent(id)}`;

/** Whoever has the address as the mail address or the principal name: one call for both. */
export function usersUrl(email: string): string {
  const value = `'${email.replaceAll("'", "''")}'`;
  const filter = `mail eq ${value} or userPrincipalName eq ${value}`;
  return `/users?$filter=${encodeURIComponent(filter)}&$select=id,userPrincipalName`;
}

/** An id that Graph gave. */
const entity = z.object({ id: z.string().min(1) });

export const idIn = (body: unknown): string | undefined => entity.safeParse(body).data?.id;
