/**
 * What changed from one snapshot to another, a line each: resources by their id, properties by their path.
 * @param {{ predictedResources: { id: string }[], outputs: Record<string, unknown> }} before
 * @param {{ predictedResources: { id: string }[], outputs: Record<string, unknown> }} after
 * @returns {string[]}
 */
export function differences(before, after) {
  const byId = ({ predictedResources, outputs }) => ({
    ...Object.fromEntries(predictedResources.map((resource) => [resource.id, resource])),
    outputs,
  });
  const [old, now] = [byId(before), byId(after)];
  return [...new Set([...Object.keys(old), ...Object.keys(now)])].flatMap((id) => {
    if (!(id in now)) return [`gone: ${id}`];
    if (!(id in old)) return [`new: ${id}`];
    return changes(old[id], now[id], '').map((change) => `${withoutGroup(id)}: ${change}`);
  });
}

const withoutGroup = (id) => id.replace(/^\/subscriptions\/[^/]+\/resourceGroups\/[^/]+\/providers\//, '');

function changes(before, after, path) {
  if (isObject(before) && isObject(after)) {
    const keys = [...new Set([...Object.keys(before), ...Object.keys(after)])];
    return keys.flatMap((key) => changes(before[key], after[key], path === '' ? key : `${path}.${key}`));
  }
  const [old, now] = [JSON.stringify(before), JSON.stringify(after)];
  return old === now ? [] : [`${path}: ${old ?? 'nothing'} -> ${now ?? 'nothing'}`];
}

const isObject = (value) => typeof value === 'object' && value !== null;
