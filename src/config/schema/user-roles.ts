/** Roles that the operator assigns (`user_roles`). */
import type { Section } from '../setting.ts'

export const USER_ROLES = {
  blocked_phones: {
    format: 'phones',
    default: [],
    doc: 'Phone numbers of blocked people. DeniDin does not answer them and does not store the text of their messages.',
  },
} as const satisfies Section
