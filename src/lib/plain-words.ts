import type { z } from 'zod';

const names: Readonly<Record<string, string>> = {
  string: 'text',
  boolean: 'true or false',
  object: 'an object',
  array: 'a list',
  int: 'a whole number',
};

/**
 * What is wrong with a field, for people, where its schema has no words of its own; each goes on from the field's name.
 * Given to `safeParse`.
 */
export const plainWords: z.core.$ZodErrorMap = (issue) => {
  switch (issue.code) {
    case 'invalid_type':
      if (issue.input === undefined) return 'is missing';
      return `must be ${names[issue.expected] ?? `a ${issue.expected}`}`;
    case 'too_big':
      if (issue.origin === 'string') return `may have ${issue.maximum} characters at the most`;
      if (issue.origin === 'array') return `may have ${issue.maximum} entries at the most`;
      return `must be ${issue.maximum} at the most`;
    case 'too_small':
      if (issue.origin === 'string') return 'must not be empty';
      if (issue.origin === 'array')
        return `must have ${issue.minimum} ${issue.minimum === 1 ? 'entry' : 'entries'} or more`;
      return `must be ${issue.minimum} at least`;
    case 'invalid_value':
      return `must be ${issue.values.map(String).join(' or ')}`;
    case 'invalid_union':
      return Array.isArray(issue.options)
        ? `must be ${issue.options.map(String).join(' or ')}`
        : 'has a form that is not known here';
    default:
      return undefined;
  }
};
