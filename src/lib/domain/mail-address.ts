import { z } from 'zod';

/**
 * A mail address as callers give it, of 320 characters at most. Also `jörg@bücher.example`, and a guest's
 * `ann_example.com#EXT#@contoso.onmicrosoft.com`.
 */
export const mailAddress = z
  .email({
    pattern: /^[^\s@"(),:;<>[\]\\]{1,64}@[^\s@"(),:;<>[\]\\]+\.[^\s@"(),:;<>[\]\\.]+$/,
    error: ({ input }) => (input === undefined ? 'is missing' : 'must be a mail address'),
  })
  .max(320);
