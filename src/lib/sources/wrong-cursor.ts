import { InputError } from '../errors';

/** For a cursor that this sourceKind does not write: it is not asked of the vendor. */
export const wrongCursor = (): InputError =>
  new InputError('next', 'must be what the page before gave as next; leave it out to start anew');
