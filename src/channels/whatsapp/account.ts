/** Tells accounts apart by the names that WhatsApp reveals: an engine may know only one of them at a time. */
import type { Self } from './whatsapp-message.ts'

/**
 * Whether these are two accounts: a name of the same kind differs, and none is the same. Without a common kind of name
 * they count as one.
 */
export const areDifferentAccounts = (one: Self, other: Self): boolean => {
  const pairs = [
    [one.phone, other.phone],
    [one.lid, other.lid],
  ].filter(pair => pair.every(name => name !== undefined))
  return pairs.length > 0 && pairs.every(([first, second]) => first !== second)
}

/** What is known of the linked account once it shows these names. */
export const withNames = (known: Self, shown: Self): Self =>
  areDifferentAccounts(known, shown)
    ? { phone: shown.phone, lid: shown.lid }
    : { phone: shown.phone ?? known.phone, lid: shown.lid ?? known.lid }

/** The names of an account as one text, such as `15550001111@c.us 777@lid`; `undefined` if none is known. */
export const toAccount = ({ phone, lid }: Self): string | undefined =>
  [phone, lid].filter(name => name !== undefined).join(' ') || undefined

/** The names in a text of `toAccount`. */
export const fromAccount = (account: string): Self => {
  const names = account.split(' ')
  return { phone: names.find(name => !name.endsWith('@lid')), lid: names.find(name => name.endsWith('@lid')) }
}
