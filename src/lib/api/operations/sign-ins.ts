import { z } from 'zod';
import { signInRequest } from '../sign-in-request';
import type { Operations } from './operation';

const source = z.string().meta({ description: 'The id of the source' });

const signInSchema = z
  .discriminatedUnion('type', [
    z
      .object({
        source,
        type: z.literal('link'),
        url: z.url().meta({ description: 'Where to send the browser; it works once' }),
        expiresInSeconds: z.int().meta({ description: 'For how long, in seconds' }),
      })
      .meta({ id: 'SignInLink' }),
    z
      .object({
        source,
        type: z.literal('lti'),
        url: z.url().meta({ description: 'Where the browser posts the fields' }),
        fields: z
          .record(z.string(), z.string())
          .meta({ description: 'As application/x-www-form-urlencoded; signed, so none may change' }),
      })
      .meta({ id: 'SignInForm' }),
  ])
  .meta({ id: 'SignInCredential' });

/** A learner into the vendor's pages. */
export const signInOperations = {
  signIn: {
    method: 'post',
    path: '/sign-ins',
    tag: 'Sign-ins',
    summary: "Get a learner into a vendor's pages",
    description:
      'The answer signs the learner in: it is a credential. It is given once, and not kept, logged or told to anybody else.',
    body: {
      schema: signInRequest,
      required: true,
      examples: {
        link: {
          source: 'tbook',
          type: 'link',
          learner: { email: 'ann@example.com' },
          errorUrl: 'https://portal.example.com/sign-in-failed',
        },
        'LTI form': {
          source: 'tbook',
          type: 'lti',
          learner: { email: 'ann@example.com', firstName: 'Ann', lastName: 'Lee', civility: 'mme' },
          entityId: '24',
        },
      },
    },
    answers: {
      201: {
        description: 'The credential',
        schema: signInSchema,
        example: {
          source: 'tbook',
          type: 'link',
          url: 'https://vendor.example.com/one-time-token',
          expiresInSeconds: 60,
        },
      },
    },
    problems: [404, 409, 422, 501, 502, 504],
  },
} satisfies Operations;
