import { z } from 'zod';
import { mailAddress } from '../domain/mail-address';

// Half a character has no encoding: the vendor would be told another name.
const text = (most: number) =>
  z
    .string()
    .min(1)
    .max(most)
    .refine((value) => !/\p{Cs}/u.test(value), 'has a character that is cut in half; write it anew');
const words = (description: string) => z.array(text(200)).min(1).max(50).optional().meta({ description });

/** An enrolment, or a removal, as callers ask for it. What its vendor needs of it, the source says. */
export const enrolmentRequest = z
  .strictObject({
    source: text(32).meta({ description: 'The id of the source, as LMS_SOURCES names it' }),
    courseId: text(400)
      .optional()
      .meta({ description: 'As the vendor names the course. T-book has none: give filter and location' }),
    learner: z.strictObject({
      email: mailAddress,
      id: text(100).optional().meta({
        description: "The learner's id at the vendor, where the address alone does not tell who is meant",
      }),
      firstName: text(200).optional().meta({ description: 'Needed where the learner is new there' }),
      lastName: text(200).optional().meta({ description: 'Needed where the learner is new there' }),
      civility: z
        .enum(['m', 'mme'])
        .optional()
        .meta({ description: 'T-book: needed for one who is new there' }),
      externalId: text(100)
        .optional()
        .meta({ description: "T-book: the learner's number on your own platform" }),
    }),
    communityId: text(100).optional().meta({
      description: 'Khalibre: part of the organisation; left out where there is only one',
    }),
    entityId: text(100).optional().meta({
      description: 'Academy of Mine: the portal. T-book: the entity, which a learner who is new there needs',
    }),
    filter: words('T-book: these and the locations name the sessions'),
    location: words('T-book: see filter'),
    assignation: z
      .boolean()
      .optional()
      .meta({ description: 'T-book: whether the learner is at once assigned to the courses; left out: yes' }),
  })
  .meta({ id: 'EnrolmentRequest' });

export type AskedEnrolment = z.output<typeof enrolmentRequest>;
