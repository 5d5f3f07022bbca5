/** Normalises a sender's identities and name. */
import { DenidinError } from '../platform/errors.ts'
import { phoneDigits } from '../platform/phone.ts'
import { cutStart } from '../text/cut.ts'
import type { Identity, Sender } from './person.ts'

/** Longest stored name; WhatsApp itself allows 25 characters. */
const MOST_NAME_LENGTH = 100

/**
 * A sender's identities in their canonical spelling, without duplicates.
 * @throws DenidinError `invalid_input` if there is none, or one is malformed.
 */
export const knownIdentities = (sender: Sender): readonly Identity[] => {
  const identities = sender.identities.map(({ kind, value }): Identity => {
    const known = kind === 'username' ? usernameOf(value) : numberOf(kind, value)
    if (known === undefined) throw new DenidinError('invalid_input', `a ${kind} identity must be ${FORMS[kind]}`)
    return { kind, value: known }
  })
  if (identities.length === 0) throw new DenidinError('invalid_input', 'a sender needs at least one identity')
  return [...new Map(identities.map(each => [`${each.kind}:${each.value}`, each])).values()]
}

const FORMS: Readonly<Record<Identity['kind'], string>> = {
  phone: 'digits',
  lid: 'digits',
  username: 'letters, digits, dots and underscores',
}

const numberOf = (kind: Identity['kind'], value: string): string | undefined => {
  // A number that no subscriber has, such as WhatsApp's own `0`, is kept unchanged.
  const digits = (kind === 'phone' ? phoneDigits(value) : undefined) ?? value
  return /^\d+$/.test(digits) ? digits : undefined
}

/** A username in its canonical spelling, with or without its `@`; `undefined` if the text is not a username. */
export const usernameOf = (text: string): string | undefined =>
  /^@?([\p{L}\p{N}._]{1,64})$/u.exec(text.trim())?.[1]?.toLowerCase()

/** A sender's name on one line, of bounded length; `undefined` if nothing is left of it. */
export const knownName = (sender: Sender): string | undefined => {
  const name = cutStart((sender.name ?? '').replace(/[\s\p{Cc}]+/gu, ' ').trim(), MOST_NAME_LENGTH).toWellFormed()
  return name === '' ? undefined : name
}
