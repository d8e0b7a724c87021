import type { z } from 'zod';
import type { App } from '../app';
import type { Call, SignIns } from '../sources/source';
import { type Answer, json } from './answer';
import type { linkRequest, ltiRequest, signInRequest } from './sign-in-request';
import { askSource, cannot } from './sources/ask-source';

type Asked = z.output<typeof signInRequest>;

/** A credential for one learner: it is given to the caller, and is in no log, table, queue or telemetry. */
export function postSignIn(app: App, asked: Asked): Promise<Answer> {
  return askSource({ app, id: asked.source, named: true }, async (opened, call) => {
    const { signIns } = opened;
    if (!signIns) throw cannot(opened, 'signs nobody in');
    if (asked.type === 'link') return json(201, await link(signIns, asked, call));
    if (!signIns.ltiLaunch) throw cannot(opened, 'takes no LTI launch; use a link');
    return json(201, await form(signIns.ltiLaunch.bind(signIns), asked));
  });
}

async function link(signIns: SignIns, asked: z.output<typeof linkRequest>, call: Call) {
  const { source, learner, role, errorUrl } = asked;
  const given = await signIns.link({ ...learner, role, errorUrl }, call);
  return { source, type: 'link', url: given.url, expiresInSeconds: given.expiresInSeconds };
}

async function form(launch: NonNullable<SignIns['ltiLaunch']>, asked: z.output<typeof ltiRequest>) {
  const { source, type: _, ...rest } = asked;
  const { url, fields } = await launch(rest);
  return { source, type: 'lti', url, fields };
}
