import type { AppliedErasures, ErasedIds, ErasureAct, Erasures } from '../messages/erasures.ts'
import type { MessageErasure, MessageIndex } from '../messages/message-erasure.ts'
import type { MessageId } from '../messages/message.ts'
import { scopeOfPerson, type Scope } from '../messages/scope.ts'
import type { LongTermMemory } from '../memory/long-term-memory.ts'
import type { AuditLog } from '../memory/audit-log.ts'
import type { MemoryStore, MemoryLocation } from '../memory/memory-store.ts'
import type { ErasureBounds, PersonalData } from '../people/personal-data.ts'
import type { PersonId } from '../people/person.ts'
import type { Clock } from '../platform/clock.ts'
import type { Logger } from '../platform/logger.ts'
import type { SessionFolders } from '../sessions/session-folders.ts'
import type { SessionLedger } from '../sessions/session-ledger.ts'
import type { Sessions } from '../sessions/sessions.ts'
import { byScope, coverageOf, sessionsOf, type Things } from './erasure-targets.ts'

/** What an act of forgetting did. */
export interface ForgetReport {
  readonly messages: number
  readonly memories: number
  /** Rows that went, by store; for an act about a whole person. */
  readonly stores: Readonly<Record<string, number>>
  /** What was still found anywhere afterwards: 0. */
  readonly residue: number
  /** `later`: the index could not be asked and lets go when it can. */
  readonly index: 'done' | 'later'
}

/** Who asks, and for whom. */
export interface Request {
  readonly person_id: PersonId
  /** Who does it, for the audit: a person or `operator`. */
  readonly by: string
  /** The request itself, while it is being answered. */
  readonly spared?: readonly MessageId[]
}

/** Forgets for good: what goes is written down by id before it goes, and looked for everywhere afterwards. */
export interface Erasure {
  /** Everything held about a person. */
  everything(request: Request): Promise<ForgetReport>
  /**
   * Memories, with the person's messages that they came from; messages, with the memories that came from them. Answers
   * to these messages, and what the bot repeated of them later, go too.
   */
  things(request: Request, things: Things): Promise<ForgetReport>
  /** At the start: finishes what was begun, and does anew what a restored copy of the data has not been through. */
  resume(): Promise<number>
}

export interface ErasureDeps {
  readonly personalData: () => readonly PersonalData[]
  readonly erasures: Erasures
  readonly applied: AppliedErasures
  readonly messages: MessageErasure
  readonly memories: MemoryStore
  readonly longterm: Pick<LongTermMemory, 'deleteVectors'>
  readonly sessions: Pick<Sessions, 'refresh' | 'release'>
  readonly ledger: Pick<SessionLedger, 'ofScope' | 'find'>
  readonly folders: Pick<SessionFolders, 'texts'>
  /** Indexes over messages; they hold nothing that the messages do not. */
  readonly indexes: readonly MessageIndex[]
  /** Overwrites what the database's files still hold of deleted rows. */
  readonly scrub: () => void
  /** Told that sessions lost something, and which of them run: once their turns are over they are made anew again. */
  readonly sessionsChanged: (running: readonly { readonly scope: Scope; readonly session_id: string }[]) => void
  readonly audit: AuditLog
  readonly clock: Clock
  readonly logger: Logger
}

/** A turn under way may write once more; then it has ended. */
const PASSES = 3

/** Forgetting, over every store that holds something of a person. */
export const createErasure = (deps: ErasureDeps): Erasure => {
  const { erasures, messages, memories, ledger } = deps
  const logger = deps.logger.for('privacy')

  /** Takes memories out of store and index. */
  const removeMemories = async (
    places: readonly MemoryLocation[],
  ): Promise<{ gone: number; index: 'done' | 'later' }> => {
    let gone = 0
    for (const [scope, ids] of byScope(places)) gone += (await memories.remove(scope, ids)).length
    const dropped = await deps.longterm.deleteVectors(places.map(each => each.memory_id))
    return { gone, index: dropped.index === undefined ? 'later' : 'done' }
  }

  /** Writes the files of sessions anew. @returns those that run, into which a turn under way may write once more */
  const refresh = async (session_ids: readonly string[]): Promise<readonly { scope: Scope; session_id: string }[]> => {
    const running: { scope: Scope; session_id: string }[] = []
    for (const session_id of session_ids) {
      const session = await ledger.find(session_id)
      if (session === undefined) continue
      await deps.sessions.refresh(session_id)
      if (session.state === 'active') running.push({ scope: session.scope, session_id })
    }
    return running
  }

  /** How many of these texts still stand in files of sessions. */
  const inFiles = async (session_ids: readonly string[], marks: readonly string[]): Promise<number> => {
    let found = 0
    for (const session_id of session_ids) {
      const texts = await deps.folders.texts(session_id, (await ledger.find(session_id))?.archived_to)
      found += texts.filter(text => marks.some(mark => text.includes(JSON.stringify(mark)))).length
    }
    return found
  }

  const forgetInIndexes = async (message_ids: readonly MessageId[]): Promise<void> => {
    for (const index of deps.indexes) await index.forget(message_ids)
  }

  /** Notes what is held of a person before it goes; what an interrupted act had noted stays noted. */
  const noteEverything = async ({ act, person_id }: ErasureAct, bounds: ErasureBounds): Promise<ErasedIds> => {
    for await (const batch of messages.ofPerson(person_id, bounds)) {
      const foreign = batch
        .filter(message => message.scope !== scopeOfPerson(person_id))
        .map(message => message.session_id)
      await erasures.add(act, { messages: batch, sessions: foreign.filter(each => each !== undefined) })
    }
    await erasures.add(act, { memories: await memories.locationsOfPerson(person_id) })
    return await erasures.covers(act)
  }

  const applyToPerson = async (act: ErasureAct): Promise<ForgetReport> => {
    const { person_id } = act
    const bounds = { spared: act.spared, until: act.at }
    const stores: Record<string, number> = {}
    let report: ForgetReport | undefined
    for (let pass = 0; pass < PASSES && (report === undefined || report.residue > 0); pass++) {
      const covered = await noteEverything(act, bounds)
      const sessions = await ledger.ofScope(scopeOfPerson(person_id))
      for (const { session_id } of sessions) deps.sessions.release(session_id)
      for (const data of deps.personalData()) {
        stores[data.name] = (stores[data.name] ?? 0) + (await data.erase(person_id, bounds))
      }
      // What was noted before a crash may have passed to another person since.
      await messages.eraseMessages(covered.message_ids)
      await forgetInIndexes(covered.message_ids)
      const { index } = await removeMemories(covered.memories)
      const touched = await refresh(covered.session_ids)
      deps.scrub()
      let residue = await inFiles(covered.session_ids, [person_id, ...covered.message_ids.slice(0, 1)])
      for (const { session_id, archived_to } of sessions) {
        residue += (await deps.folders.texts(session_id, archived_to)).length
      }
      for (const data of deps.personalData()) residue += await data.count(person_id, bounds)
      const { message_ids } = covered
      report = { messages: message_ids.length, memories: covered.memories.length, stores, residue, index }
      deps.sessionsChanged(touched)
    }
    return report as ForgetReport
  }

  const applyToThings = async ({ act }: ErasureAct): Promise<ForgetReport> => {
    const { message_ids, memories: places, session_ids } = await erasures.covers(act)
    await messages.eraseMessages(message_ids)
    await forgetInIndexes(message_ids)
    const { index } = await removeMemories(places)
    deps.sessionsChanged(await refresh(session_ids))
    deps.scrub()
    const left = await memories.scopesOf(places.map(each => each.memory_id))
    const residue = (await messages.get(message_ids)).length + left.size + (await inFiles(session_ids, message_ids))
    return { messages: message_ids.length, memories: places.length, stores: {}, residue, index }
  }

  const apply = async (act: ErasureAct, by: string): Promise<ForgetReport> => {
    const report = act.kind === 'person' ? await applyToPerson(act) : await applyToThings(act)
    await deps.applied.markApplied(act.act)
    const { stores, index, ...counts } = report
    deps.audit.write({
      operation: act.kind === 'person' ? 'forget everything' : 'forget',
      by,
      whose: scopeOfPerson(act.person_id),
      counts: { ...counts, ...stores },
      outcome: `index ${index}`,
    })
    const fields = {
      act: act.act,
      messages: report.messages,
      memories: report.memories,
      residue: report.residue,
      index,
    }
    if (report.residue === 0) logger.info('Forgotten', fields)
    else logger.error('Something that was to be forgotten is still there', fields)
    return report
  }

  return {
    everything: async ({ person_id, by, spared = [] }) =>
      await apply(await erasures.begin({ kind: 'person', person_id, at: deps.clock.now(), spared }), by),

    things: async (request, wanted) => {
      const { person_id, by, spared = [] } = request
      const all = await coverageOf(deps, request.person_id, wanted)
      const act = await erasures.begin({ kind: 'messages', person_id, at: deps.clock.now(), spared })
      await erasures.add(act.act, { ...all, sessions: sessionsOf(all.messages) })
      // What was learned from further messages too is learned from these anew.
      const sources = await messages.get(all.memories.flatMap(memory => memory.sources))
      await messages.markChanged(sessionsOf(sources))
      return await apply(act, by)
    },

    resume: async () => {
      const applied = await deps.applied.applied()
      const open = (await erasures.acts()).filter(each => !applied.has(each.act))
      for (const act of open) await apply(act, 'start')
      return open.length
    },
  }
}
