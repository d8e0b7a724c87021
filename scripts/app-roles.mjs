// Gives an identity application permissions of an API (app roles), which Azure's templates cannot; or takes them away.
//   node scripts/app-roles.mjs <principal id> <graph, or the API's client id> <role>... [--remove]
// As someone signed in with `az login` who is Privileged Role Administrator. Says what it did; a second time does nothing.
import { execFileSync } from 'node:child_process';

const base = process.env.GRAPH_URL ?? 'https://graph.microsoft.com/v1.0';
const remove = process.argv.includes('--remove');
const [principal, api, ...wanted] = process.argv.slice(2).filter((word) => word !== '--remove');
if (!principal || !api || wanted.length === 0)
  fail('Use: node scripts/app-roles.mjs <principal id> <graph, or the API’s client id> <role>... [--remove]');

const token = process.env.GRAPH_TOKEN ?? tokenOfAzureCli();
const own = `/servicePrincipals/${encodeURIComponent(principal)}/appRoleAssignments`;
const appId = api === 'graph' ? '00000003-0000-0000-c000-000000000000' : api;
const owner = await graph(
  'GET',
  `/servicePrincipals(appId='${encodeURIComponent(appId)}')?$select=id,displayName,appRoles`,
);
const offered = owner.appRoles.filter(
  ({ isEnabled, allowedMemberTypes }) => isEnabled && allowedMemberTypes.includes('Application'),
);
const roles = wanted.map((value) => offered.find((role) => role.value === value) ?? fail(unknown(value)));
const given = (await all(own)).filter(({ resourceId }) => resourceId === owner.id);

for (const { id, value } of roles) {
  const assignment = given.find(({ appRoleId }) => appRoleId === id);
  if (remove && assignment) await graph('DELETE', `${own}/${encodeURIComponent(assignment.id)}`);
  if (!remove && !assignment)
    await graph('POST', own, { principalId: principal, resourceId: owner.id, appRoleId: id });
  const done = remove
    ? assignment
      ? 'taken away'
      : 'was not given'
    : assignment
      ? 'was given before'
      : 'given';
  console.log(`${value} of ${owner.displayName}: ${done}`);
}

async function all(path) {
  const found = [];
  for (let next = path; next;) {
    const page = await graph('GET', next);
    found.push(...page.value);
    const link = page['@odata.nextLink'];
    if (link && !link.startsWith(base)) fail('The next page is at another address; nothing was changed.');
    next = link?.slice(base.length);
  }
  return found;
}

async function graph(method, path, body) {
  const answer = await fetch(`${base}${path}`, {
    method,
    headers: { authorization: `Bearer ${token}`, 'content-type': 'application/json' },
    body: body && JSON.stringify(body),
    signal: AbortSignal.timeout(30_000),
  });
  const text = await answer.text();
  if (answer.ok) return text === '' ? {} : JSON.parse(text);
  if (answer.status === 403) fail('403: this needs the role Privileged Role Administrator in Entra.');
  if (answer.status === 404)
    fail(`404: there is no ${path.startsWith(own) ? 'such identity' : 'such API'} in this tenant.`);
  fail(`${answer.status}: ${messageOf(text)}`);
}

function messageOf(text) {
  try {
    return JSON.parse(text).error.message;
  } catch {
    return 'Microsoft Graph gave no reason.';
  }
}

function unknown(value) {
  const names = offered.map((role) => role.value).sort();
  const like = names.filter((name) => name.toLowerCase().startsWith(value.toLowerCase().split('.')[0]));
  const known = like.length > 0 ? like : names.slice(0, 20);
  return `${owner.displayName} has no application permission ${value}; it has ${known.join(', ') || 'none'}. Nothing was changed.`;
}

function tokenOfAzureCli() {
  const args = [
    'account',
    'get-access-token',
    '--resource-type',
    'ms-graph',
    '--query',
    'accessToken',
    '-o',
    'tsv',
  ];
  try {
    return execFileSync('az', args, {
      shell: process.platform === 'win32',
      stdio: ['ignore', 'pipe', 'ignore'],
    })
      .toString()
      .trim();
  } catch {
    return fail('No token: sign in with `az login`.');
  }
}

function fail(message) {
  console.error(message);
  process.exit(1);
}
