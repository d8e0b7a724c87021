import type { GivenIds } from '../kind';
import type { VivaSettings } from './settings';

/** Graph's ids of contents and activities, by ours. */
export class KnownIds {
  constructor(
    private readonly settings: Pick<VivaSettings, 'providerId'>,
    private readonly kept: GivenIds | undefined,
  ) {}

  content = (externalId: string): string => `content\n${this.settings.providerId}\n${externalId}`;
  activity = (activityId: string): string => `activity\n${this.settings.providerId}\n${activityId}`;

  async read(names: readonly string[]): Promise<Map<string, string>> {
    return new Map(await this.kept?.read(names));
  }

  async write(ids: ReadonlyMap<string, string>): Promise<void> {
    if (ids.size > 0) await this.kept?.write(ids);
  }

  async isEmpty(): Promise<boolean> {
    return (await this.kept?.isEmpty()) ?? false;
  }

  async forget(name: string): Promise<void> {
    await this.kept?.forget(name);
  }
}
