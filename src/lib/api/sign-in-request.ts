import { z } from 'zod';
import { mailAddress } from '../domain/mail-address';

const source = z
  .string()
  .min(1)
  .max(32)
  .meta({ description: 'The id of the source, as LMS_SOURCES names it' });
const email = mailAddress.meta({ description: 'The address by which the vendor knows the learner' });
const externalId = z
  .string()
  .regex(/^\d{1,15}$/, 'must be a number')
  .meta({ description: "The learner's number on your own platform, as the vendor was told it" });
// Half a character cannot be encoded, so it cannot be signed.
const name = z
  .string()
  .trim()
  .min(1)
  .max(200)
  .refine((text) => !/\p{Cs}/u.test(text), 'must be text');
const words = z.array(name).max(50);

export const linkRequest = z
  .strictObject({
    source,
    type: z.literal('link').meta({ description: 'A link that works once, for a short time' }),
    learner: z
      .strictObject({ email: email.optional(), externalId: externalId.optional() })
      .refine(
        (learner) => (learner.email === undefined) !== (learner.externalId === undefined),
        'must have email or externalId, and not both',
      )
      .meta({ description: 'By `email` or by `externalId`: one of the two' }),
    role: z.enum(['learner', 'teacher']).optional().meta({ description: 'Left out: learner' }),
    errorUrl: z
      .url({ protocol: /^https?$/, error: 'must be an address such as https://portal.example.com/failed' })
      .max(2_000)
      .meta({ description: 'Where the browser goes when the sign-in fails' }),
  })
  .meta({ id: 'SignInLinkRequest' });

export const ltiRequest = z
  .strictObject({
    source,
    type: z.literal('lti').meta({ description: "A form that the learner's browser posts (LTI 1.1)" }),
    learner: z
      .strictObject({
        email,
        firstName: name,
        lastName: name,
        civility: z.enum(['m', 'mme']),
        externalId: externalId.optional(),
      })
      .meta({ description: 'Is made at the vendor when not there; with `externalId`, found by it' }),
    entityId: z.string().min(1).max(100).meta({ description: "Part of the vendor's organisation; a number" }),
    filter: words.optional().meta({ description: 'With `location`: the sessions that the learner joins' }),
    location: words.optional(),
    assignation: z
      .boolean()
      .optional()
      .meta({ description: 'Whether the learner is at once assigned to the courses of these sessions' }),
    debug: z.boolean().optional().meta({ description: 'The vendor shows the request instead of signing in' }),
  })
  .meta({ id: 'SignInFormRequest' });

/** What signs a learner in, and how. */
export const signInRequest = z.discriminatedUnion('type', [linkRequest, ltiRequest]).meta({ id: 'SignIn' });
