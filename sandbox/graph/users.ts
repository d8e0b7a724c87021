import type { Answer } from '../server';
import { badRequest, refusal } from './refusal';
import type { Request } from './request';
import type { GraphState, User } from './state';

const readsUsers = ['User.ReadBasic.All', 'User.Read.All', 'User.ReadWrite.All', 'Directory.Read.All'];

/** `GET /users/{id or principal name}`, `GET /users?$filter=…`, `GET /users?$top=…`; undefined: another path. */
export function users({ method, path, query }: Request, state: GraphState): Answer | undefined {
  const match = /^\/users(?:\/(.+))?$/.exec(path);
  if (!match || method !== 'GET') return undefined;
  const [, name] = match;
  if (!readsUsers.some((one) => state.options.permissions.includes(one)))
    return refusal(403, 'Authorization_RequestDenied', 'Insufficient privileges to complete the operation.');
  const shown = show(query.get('$select'));
  if (name !== undefined) {
    const user = state.users.get(name) ?? state.usersNamed(name, ['userPrincipalName'])[0];
    if (user) return { status: 200, body: shown(user) };
    return refusal(
      404,
      'Request_ResourceNotFound',
      `Resource '${name}' does not exist or one of its queried reference-property objects are not present.`,
    );
  }
  const found = filtered(query.get('$filter'), state);
  if (!found) return badRequest(`Invalid filter clause: ${query.get('$filter')}`);
  return { status: 200, body: { value: found.slice(0, Number(query.get('$top') ?? 100)).map(shown) } };
}

/** Understands `mail eq '…'` and `userPrincipalName eq '…'`, joined by `or`. */
function filtered(filter: string | null, state: GraphState): User[] | undefined {
  if (filter === null) return [...state.users.values()];
  const clause = /^(mail|userPrincipalName) eq '((?:[^']|'')*)'(?: or (.+))?$/;
  const found = new Map<string, User>();
  for (let rest: string | undefined = filter; rest !== undefined;) {
    const match: RegExpExecArray | null = clause.exec(rest);
    if (!match) return undefined;
    const [, field, value = ''] = match;
    for (const user of state.usersNamed(value.replaceAll("''", "'"), [field as 'mail']))
      found.set(user.id, user);
    rest = match[3];
  }
  return [...found.values()];
}

function show(select: string | null): (user: User) => object {
  if (select === null) return (user) => user;
  const fields = select.split(',');
  return (user) => Object.fromEntries(Object.entries(user).filter(([name]) => fields.includes(name)));
}
