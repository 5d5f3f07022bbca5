/**
 * Decides what a search may read: the only place that creates a `SearchScope`. Hits from other people's conversations
 * are labelled with their owner, and their use is written to the audit log.
 */
import type { AuditEntry, AuditLog } from '../memory/audit-log.ts'
import type { RecalledMemory } from '../memory/memory.ts'
import { personOfScope, type SearchScope, type Scope } from '../messages/scope.ts'
import { describeScope } from '../messages/describe-scope.ts'
import type { People } from '../people/people.ts'
import type { Quote } from './quote.ts'

/** How many further conversations of each source a question of the godfather may read: the most recent ones. */
const MOST_EXTRA_SCOPES = 50

/** A source that knows to which scopes something was added last. */
export interface RecentScopes {
  recentScopes(limit: number): Promise<readonly Scope[]>
}

/** Hits that were shown to the model or to a person. */
export interface UsedHits {
  readonly memories: readonly Pick<RecalledMemory, 'memory' | 'owner_label'>[]
  readonly quotes: readonly Pick<Quote, 'scope' | 'message_id' | 'owner_label'>[]
}

export interface ScopePolicyDeps {
  readonly people: Pick<People, 'find'>
  readonly audit: AuditLog
  /** Messages and memories: the scopes of both count. */
  readonly sources: readonly RecentScopes[]
  /** `memory.godfather_scope` */
  readonly godfather_scope: 'own' | 'all'
}

/** One scope and nothing else. */
export const singleScope = (scope: Scope): SearchScope => ({ scope })

/** What belongs to the asker: in a direct chat, also the asker's own messages in groups; in a group, the group. */
export const ownSearchScope = (asked: Scope): SearchScope => {
  const speaker = personOfScope(asked)
  return speaker === undefined ? { scope: asked } : { scope: asked, speaker }
}

export class ScopePolicy {
  readonly #deps: ScopePolicyDeps

  constructor(deps: ScopePolicyDeps) {
    this.#deps = deps
  }

  /**
   * What a question in `asked` may read: the asker's own conversations, and all of them for the godfather if so
   * configured.
   */
  async ofQuestion(asked: Scope): Promise<SearchScope> {
    const extra_scopes = await this.#extraScopes(asked)
    return extra_scopes.length === 0 ? ownSearchScope(asked) : { ...ownSearchScope(asked), extra_scopes }
  }

  /** Adds the names of their owners to hits from extra scopes. */
  async label<Hit extends object>(
    { extra_scopes = [] }: SearchScope,
    hits: readonly Hit[],
    scopeOf: (hit: Hit) => Scope,
  ): Promise<readonly (Hit & { readonly owner_label?: string })[]> {
    if (extra_scopes.length === 0) return hits
    const labels = new Map<Scope, string>()
    for (const scope of new Set(hits.map(scopeOf))) {
      if (extra_scopes.includes(scope)) labels.set(scope, await describeScope(this.#deps.people, scope))
    }
    return hits.map(hit => {
      const owner_label = labels.get(scopeOf(hit))
      return owner_label === undefined ? hit : { ...hit, owner_label }
    })
  }

  /** Writes to the audit log which labelled hits were used for a question in `asked`. */
  audit(asked: Scope, used: UsedHits): void {
    const by = personOfScope(asked) ?? asked
    const memories = used.memories.filter(each => each.owner_label !== undefined)
    const quotes = used.quotes.filter(each => each.owner_label !== undefined)
    const write = (whose: Scope, ids: Pick<AuditEntry, 'memory_ids' | 'message_ids'>): void => {
      this.#deps.audit.write({ operation: 'recall', by, whose, ...ids })
    }
    for (const [scope, found] of Map.groupBy(memories, each => each.memory.scope)) {
      write(scope, { memory_ids: found.map(each => each.memory.memory_id) })
    }
    for (const [scope, found] of Map.groupBy(quotes, each => each.scope)) {
      write(scope, { message_ids: found.map(each => each.message_id) })
    }
  }

  /** Whether a question in `asked` may currently read other people's conversations. */
  async readsOthers(asked: Scope): Promise<boolean> {
    const { people, godfather_scope } = this.#deps
    const person_id = personOfScope(asked)
    if (godfather_scope !== 'all' || person_id === undefined) return false
    return (await people.find(person_id))?.role === 'godfather'
  }

  async #extraScopes(asked: Scope): Promise<readonly Scope[]> {
    const { sources } = this.#deps
    if (!(await this.readsOthers(asked))) return []
    const recent = await Promise.all(sources.map(source => source.recentScopes(MOST_EXTRA_SCOPES + 1)))
    return [...new Set(recent.flatMap(scopes => scopes.filter(each => each !== asked)))]
  }
}
