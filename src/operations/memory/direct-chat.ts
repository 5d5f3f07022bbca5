/** Refuses, in a group, an operation that would show or delete one person's data in front of everyone. */
import { personOfScope } from '../../messages/scope.ts'
import { DenidinError } from '../../platform/errors.ts'
import type { Caller } from '../operation.ts'

/** @throws DenidinError `forbidden` if the call comes from a group. */
export const refuseInGroup = ({ chat }: Caller): void => {
  if (chat === undefined || personOfScope(chat.scope) !== undefined) return
  throw new DenidinError('forbidden', 'this works only in a direct chat')
}
