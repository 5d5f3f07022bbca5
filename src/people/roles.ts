/** The roles that the configuration fixes, and the role of two merged people. */
import type { Identity, Role } from './person.ts'

/** The settings about people. */
export interface PeopleSettings {
  /** Digits, see `phoneDigits`. */
  readonly godfather_phone: string | undefined
  readonly blocked_phones: readonly string[]
}

/** A role fixed by the configuration, and the key that fixes it. */
export interface FixedRole {
  readonly role: Role
  readonly key: 'godfather_phone' | 'user_roles.blocked_phones'
}

/**
 * The roles that the configuration fixes. The godfather takes precedence over the blocked numbers, so that no one locks
 * themselves out.
 */
export const configuredRoles = (settings: PeopleSettings) => {
  const blocked = new Set(settings.blocked_phones)
  return {
    /**
     * The fixed role of a person, if any of their identities is configured. Only a number that is certainly theirs
     * (`own`) makes a godfather; any number that they have or had (`all`) may block.
     */
    fixedFor: (own: readonly Identity[], all: readonly Identity[]): FixedRole | undefined => {
      if (settings.godfather_phone !== undefined && phonesOf(own).includes(settings.godfather_phone)) {
        return { role: 'godfather', key: 'godfather_phone' }
      }
      if (phonesOf(all).some(each => blocked.has(each))) return { role: 'blocked', key: 'user_roles.blocked_phones' }
      return undefined
    },
  }
}

/** The stored role of two merged people: a block stays. */
export const mergedRole = (one: Role, other: Role): Role => {
  const roles: readonly Role[] = ['blocked', 'godfather', 'client']
  return roles.find(role => role === one || role === other) ?? 'client'
}

const phonesOf = (identities: readonly Identity[]): readonly string[] =>
  identities.filter(({ kind }) => kind === 'phone').map(({ value }) => value)
