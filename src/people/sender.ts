import { DenidinError } from '../platform/errors.ts'
import { phoneDigits } from '../platform/phone.ts'
import type { Identity, Sender } from './person.ts'

/** Longest name that is kept; WhatsApp itself allows 25 characters. */
const MOST_NAME_LENGTH = 100

/**
 * A sender's identities in their one spelling, each once.
 * @throws DenidinError `invalid_input` when there is none, or one that is no number.
 */
export const knownIdentities = (sender: Sender): readonly Identity[] => {
  const identities = new Map(
    sender.identities.map(({ kind, value }) => {
      // A number that is no subscriber's, such as WhatsApp's own `0`, is kept as it is.
      const digits = (kind === 'phone' ? phoneDigits(value) : undefined) ?? value
      if (!/^\d+$/.test(digits)) throw new DenidinError('invalid_input', `a ${kind} identity must be digits`)
      return [`${kind}:${digits}`, { kind, value: digits }] as const
    }),
  )
  if (identities.size === 0) throw new DenidinError('invalid_input', 'a sender needs at least one identity')
  return [...identities.values()]
}

/** A sender's name on one line, of bounded length; `undefined` when nothing is left of it. */
export const knownName = (sender: Sender): string | undefined => {
  const name = Array.from((sender.name ?? '').replace(/[\s\p{Cc}]+/gu, ' ').trim())
    .slice(0, MOST_NAME_LENGTH)
    .join('')
  return name === '' ? undefined : name
}
