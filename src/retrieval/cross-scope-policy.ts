import type { AuditEntry, AuditLog } from '../memory/audit-log.ts'
import { personOfScope, type Scope } from '../messages/scope.ts'
import { describeScope } from '../messages/describe-scope.ts'
import type { People } from '../people/people.ts'

/** Further conversations that the godfather's question reaches into, the latest first. */
const MOST_OTHERS = 50

export interface CrossScopePolicyDeps {
  readonly people: Pick<People, 'find'>
  readonly audit: AuditLog
  /** `memory.godfather_scope` */
  readonly godfather_scope: 'own' | 'all'
}

/** Whose conversations the godfather, asking in private, reaches into where that is configured. */
export class CrossScopePolicy {
  readonly #parts: CrossScopePolicyDeps

  constructor(parts: CrossScopePolicyDeps) {
    this.#parts = parts
  }

  /** The others that who asks in this scope reaches into; none for everybody else. */
  async extraScopes(
    asked: Scope,
    recentScopes: (limit: number) => Promise<readonly Scope[]>,
  ): Promise<readonly Scope[]> {
    const { people, godfather_scope } = this.#parts
    const person_id = personOfScope(asked)
    if (godfather_scope !== 'all' || person_id === undefined) return []
    if ((await people.find(person_id))?.role !== 'godfather') return []
    return (await recentScopes(MOST_OTHERS + 1)).filter(each => each !== asked)
  }

  /** Writes down what was found with others, and gives each of it with whose it is. */
  async auditAndLabel<T extends object>(
    asked: Scope,
    others: readonly Scope[],
    found: readonly T[],
    { scopeOf, idsOf }: FindingsOf<T>,
  ): Promise<readonly (T & { readonly owner_label?: string })[]> {
    const { people, audit } = this.#parts
    const by = personOfScope(asked) ?? asked
    const names = new Map<Scope, string>()
    for (const [whose, there] of Map.groupBy(found, scopeOf)) {
      if (!others.includes(whose)) continue
      audit.write({ operation: 'recall', by, whose, ...idsOf(there) })
      names.set(whose, await describeScope(people, whose))
    }
    return found.map(each => {
      const owner_label = names.get(scopeOf(each))
      return owner_label === undefined ? each : { ...each, owner_label }
    })
  }
}

/** How what was found is told apart, and written down. */
interface FindingsOf<T> {
  readonly scopeOf: (found: T) => Scope
  readonly idsOf: (found: readonly T[]) => Pick<AuditEntry, 'memory_ids' | 'message_ids'>
}
