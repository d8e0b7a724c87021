import { readFileSync } from 'node:fs';
import { join, resolve } from 'node:path';

/*
 * What infra/ would deploy, as the Bicep compiler predicted it (`npm run infra`): with what docs/deploy.md sets, and
 * with every parameter at something else than its default. What only a deployment knows stands there as an expression.
 */

export const root = resolve(__dirname, '../..');
export const infra = join(root, 'infra');

export interface Resource {
  readonly id: string;
  readonly type: string;
  readonly name: string;
  readonly identity?: { readonly type: string };
  readonly sku?: unknown;
  // eslint-disable-next-line @typescript-eslint/no-explicit-any -- each type has others
  readonly properties: any;
}

export interface Snapshot {
  readonly text: string;
  readonly outputs: Readonly<Record<string, string>>;
  /** At least one. */
  resources(type: string): Resource[];
  /** The properties of the only one. */
  only(type: string): Resource['properties'];
}

function read(variant: string): Snapshot {
  const text = readFileSync(join(infra, 'snapshots', `${variant}.json`), 'utf8');
  const { predictedResources, outputs } = JSON.parse(text) as {
    predictedResources: Resource[];
    outputs: Record<string, string>;
  };
  const resources = (type: string): Resource[] => {
    const found = predictedResources.filter((resource) => resource.type === type);
    if (found.length === 0) throw new Error(`There is no ${type}`);
    return found;
  };
  const only = (type: string): unknown => {
    const [first, second] = resources(type);
    if (second) throw new Error(`There is more than one ${type}`);
    return first?.properties;
  };
  return { text, outputs, resources, only };
}

export const byDefault = read('default');
export const isolated = read('isolated');

export interface Alert {
  readonly name: string;
  readonly title: string;
  readonly query: string;
  readonly operator: string;
  readonly threshold: number;
  readonly window: string;
  readonly dimensions: readonly string[];
}

/** By name, without the suffix that a deployment adds. */
export const alerts = (snapshot: Snapshot): Map<string, Alert> =>
  new Map(
    snapshot.resources('Microsoft.Insights/scheduledQueryRules').map(({ name, properties }) => {
      const { displayName, windowSize, criteria } = properties;
      const [{ query, operator, threshold, dimensions }] = criteria.allOf;
      const short = name.replace(/-[a-z0-9]+$/, '');
      const columns = (dimensions as { name: string }[]).map((dimension) => dimension.name);
      const title = String(displayName).replace('LMS Bridge: ', '');
      return [
        short,
        { name: short, title, query, operator, threshold, window: windowSize, dimensions: columns },
      ];
    }),
  );

export interface Chart {
  readonly title: string;
  readonly query: string;
}

/** The charts and tables of the workbook. */
export function charts(snapshot: Snapshot): Chart[] {
  const { items } = JSON.parse(snapshot.only('Microsoft.Insights/workbooks').serializedData) as {
    items: { type: number; content: Chart }[];
  };
  return items.filter(({ type }) => type === 3).map(({ content }) => content);
}
