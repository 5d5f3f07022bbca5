import type { Identity, Role } from './person.ts'

/** What the configuration says about people. */
export interface PeopleSettings {
  /** Digits, see `phoneDigits`. */
  readonly godfather_phone: string | undefined
  readonly blocked_phones: readonly string[]
}

/** A role that the configuration gives, and the key that gives it. */
export interface FixedRole {
  readonly role: Role
  readonly key: 'godfather_phone' | 'user_roles.blocked_phones'
}

/** The roles that the configuration fixes. The godfather comes before the blocked: nobody locks themselves out. */
export const configuredRoles = (settings: PeopleSettings) => {
  const blocked = new Set(settings.blocked_phones)
  return {
    /** The fixed role of a person with these identities, if any of them is configured. */
    fixedFor: (identities: readonly Identity[]): FixedRole | undefined => {
      const phones = identities.filter(each => each.kind === 'phone').map(each => each.value)
      if (settings.godfather_phone !== undefined && phones.includes(settings.godfather_phone)) {
        return { role: 'godfather', key: 'godfather_phone' }
      }
      if (phones.some(each => blocked.has(each))) return { role: 'blocked', key: 'user_roles.blocked_phones' }
      return undefined
    },
  }
}

/** The kept role of two persons who turn out to be one: who was blocked stays blocked. */
export const mergedRole = (one: Role, other: Role): Role => {
  const roles: readonly Role[] = ['blocked', 'godfather', 'client']
  return roles.find(role => role === one || role === other) ?? 'client'
}
