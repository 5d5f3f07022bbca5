/**
 * Deletes personal data for good: records by id what is to go, deletes it from every store, then looks for traces. An
 * act that failed, that left traces or that a crash interrupted is tried again until nothing is left.
 */
import type { AppliedErasures, ErasedIds, ErasureAct, Erasures } from '../messages/erasures.ts'
import type { MessageId, MessageRecord } from '../messages/message.ts'
import { scopeOfPerson, type Scope } from '../messages/scope.ts'
import type { AuditLog } from '../memory/audit-log.ts'
import type { MemoryRecord } from '../memory/memory.ts'
import type { ErasureBounds, PersonalData } from '../people/personal-data.ts'
import type { PersonId } from '../people/person.ts'
import { MINUTE_MS, type Clock } from '../platform/clock.ts'
import { asDenidinError } from '../platform/errors.ts'
import type { Health, HealthCheck } from '../platform/health.ts'
import type { Logger } from '../platform/logger.ts'
import { byScope, erasureTargetsOf, learnedFrom, repetitionsOf, sessionsOf, type Things } from './erasure-targets.ts'
import { SessionErasure, type SessionErasureDeps } from './session-erasure.ts'
import { TextErasure, type IndexState, type TextErasureDeps } from './text-erasure.ts'

/** Result of one act of erasure. */
export interface ForgetReport {
  readonly messages: number
  readonly memories: number
  /** Rows deleted, by store; empty unless everything about a person was deleted. */
  readonly stores: Readonly<Record<string, number>>
  /** Traces that were found anywhere afterwards: 0, or the act is not over and is tried again. */
  readonly residue: number
  readonly index: IndexState
}

/** Whose data is to be deleted, and who asks. */
export interface ErasureRequest {
  readonly person_id: PersonId
  /** Who does it, for the audit log: a person or `operator`. */
  readonly by: string
  /** Messages to leave alone: the command itself, while it is being answered. */
  readonly spared?: readonly MessageId[]
  /**
   * When the command was sent, by the time of its channel: what was sent before and is found later is forgotten too.
   * `undefined`: no message asked for it.
   */
  readonly said_before?: number | undefined
}

export interface Erasure extends HealthCheck, Disposable {
  /** Deletes everything about a person. */
  everything(request: ErasureRequest): Promise<ForgetReport>
  /**
   * Deletes memories, with the person's messages that they came from, or messages, with the memories that came from
   * them. Answers to these messages, and what the bot repeated of them later, go too.
   */
  things(request: ErasureRequest, things: Things): Promise<ForgetReport>
  /**
   * At the start: completes interrupted acts, and repeats those that a restored copy of the data has not been through.
   * One that fails or leaves traces keeps no other back, and is tried again later. @returns how many were completed
   */
  resume(): Promise<number>
}

export interface ErasureDeps {
  readonly personalData: readonly PersonalData[]
  /** Records what is to be deleted, and which acts the main database has been through. */
  readonly log: { readonly erasures: Erasures; readonly applied: AppliedErasures }
  readonly texts: TextErasureDeps
  readonly sessions: SessionErasureDeps
  /** Runs an act while no turn of the conversation is under way. */
  readonly exclusive: <T>(scope: Scope, act: () => Promise<T>) => Promise<T>
  readonly audit: AuditLog
  readonly clock: Clock
  readonly logger: Logger
}

/** A turn in progress may write once more after the first pass; then it has ended. */
const PASSES = 3
/** How long until acts that are not complete are tried again. */
const RETRY_MS = 10 * MINUTE_MS

class RecordedErasure implements Erasure {
  readonly name = 'erasures'
  readonly #deps: ErasureDeps
  readonly #texts: TextErasure
  readonly #sessions: SessionErasure
  /** Why acts are not complete, by their ids. */
  readonly #unfinished = new Map<string, string>()
  readonly #under_way = new Set<string>()
  #retry: Disposable | undefined

  constructor(deps: ErasureDeps) {
    this.#deps = deps
    this.#texts = new TextErasure(deps.texts)
    this.#sessions = new SessionErasure(deps.sessions)
  }

  async everything({ person_id, by, spared = [], said_before }: ErasureRequest): Promise<ForgetReport> {
    const { log, texts, clock } = this.#deps
    // What was written after the request, and waits behind it, is no part of what was to be forgotten.
    const [asked] = spared
    const behind = asked === undefined ? [] : await texts.messages.waitingAfter(asked, person_id)
    const at = clock.now()
    const act = await log.erasures.begin({
      kind: 'person',
      person_id,
      at,
      spared: [...spared, ...behind],
      said_before,
    })
    return await this.#apply(act, by)
  }

  async things({ person_id, by, spared = [] }: ErasureRequest, wanted: Things): Promise<ForgetReport> {
    const { log, texts, clock } = this.#deps
    const all = await erasureTargetsOf(texts, person_id, wanted)
    const act = await log.erasures.begin({ kind: 'messages', person_id, at: clock.now(), spared })
    return await this.#apply(act, by, async () => {
      await log.erasures.add(act.act, { ...all, sessions: sessionsOf(all.messages) })
      // Memories that also came from other messages are learned again from those.
      const gone = new Set(all.messages.map(message => message.message_id))
      const other_sources = all.memories.flatMap(memory => memory.sources).filter(id => !gone.has(id))
      const sources = await texts.messages.get(other_sources)
      await texts.processed.remove(sources.map(message => message.message_id))
      await texts.changeLog.requestRelearning(sessionsOf(sources))
    })
  }

  async resume(): Promise<number> {
    const { log, exclusive, logger } = this.#deps
    const done = await log.applied.applied()
    const open = (await log.erasures.acts()).filter(each => !done.has(each.act) && !this.#under_way.has(each.act))
    let completed = 0
    for (const act of open) {
      try {
        const { residue } = await exclusive(scopeOfPerson(act.person_id), async () => {
          await log.erasures.resume(act)
          return await this.#apply(act, 'start')
        })
        if (residue === 0) completed++
      } catch (error) {
        const reason = asDenidinError(error).message
        logger.for('privacy').error('What was to be forgotten is not gone yet', { act: act.act, reason })
      }
    }
    return completed
  }

  async health(): Promise<Health> {
    const [reason] = this.#unfinished.values()
    if (reason === undefined) return { state: 'ok', detail: 'Everything that was to be forgotten is gone.' }
    const detail = `Not everything that was to be forgotten is gone (erasures: ${String(this.#unfinished.size)}): ${reason}. It is tried again every 10 minutes and at the next start.`
    return { state: 'degraded', detail }
  }

  [Symbol.dispose](): void {
    this.#retry?.[Symbol.dispose]()
  }

  /** Completes an act; one that fails or leaves traces is tried again later. */
  async #apply(act: ErasureAct, by: string, prepare?: () => Promise<void>): Promise<ForgetReport> {
    this.#under_way.add(act.act)
    try {
      await prepare?.()
      const report = await this.#perform(act, by)
      if (report.residue === 0) this.#unfinished.delete(act.act)
      else this.#retryLater(act, 'traces of it are left')
      return report
    } catch (error) {
      this.#retryLater(act, asDenidinError(error).message)
      throw error
    } finally {
      this.#under_way.delete(act.act)
    }
  }

  #retryLater({ act }: ErasureAct, reason: string): void {
    this.#unfinished.set(act, reason)
    this.#retry?.[Symbol.dispose]()
    this.#retry = this.#deps.clock.after(RETRY_MS, () => {
      // A log that cannot be read is read again by the next start.
      void this.resume().catch(() => undefined)
    })
  }

  /** An act that leaves traces stays under way: what its person sends until it is tried again stays. */
  async #perform(act: ErasureAct, by: string): Promise<ForgetReport> {
    const { erasures, applied } = this.#deps.log
    const report = act.kind === 'person' ? await this.#erasePerson(act) : await this.#eraseThings(act)
    if (report.residue === 0) {
      await applied.markApplied(act.act)
      await erasures.end(act)
    }
    const { stores, index, ...counts } = report
    this.#deps.audit.write({
      operation: act.kind === 'person' ? 'forget everything' : 'forget',
      by,
      whose: scopeOfPerson(act.person_id),
      counts: { ...counts, ...stores },
      outcome: `index ${index}`,
    })
    const fields = { act: act.act, ...counts, index }
    const logger = this.#deps.logger.for('privacy')
    if (report.residue === 0) logger.info('Forgotten', fields)
    else logger.error('Something that was to be forgotten is still there', fields)
    return report
  }

  async #erasePerson(act: ErasureAct): Promise<ForgetReport> {
    let report = await this.#erasePersonOnce(act, {})
    for (let pass = 1; pass < PASSES && report.residue > 0; pass++) {
      report = await this.#erasePersonOnce(act, report.stores)
    }
    return report
  }

  /** `before`: rows that earlier passes deleted, by store. */
  async #erasePersonOnce(act: ErasureAct, before: ForgetReport['stores']): Promise<ForgetReport> {
    const { person_id } = act
    const bounds = { spared: await this.#deps.log.erasures.sparedBy(act.act) }
    const stores: Record<string, number> = { ...before }
    const { message_ids, memories, session_ids } = await this.#recordEverything(act, bounds)
    const own = await this.#sessions.releaseOf(person_id)
    for (const data of this.#deps.personalData) {
      stores[data.name] = (stores[data.name] ?? 0) + (await data.erase(person_id, bounds))
    }
    // Messages that were recorded before a crash may belong to another person by now.
    await this.#texts.eraseMessages(message_ids)
    const removed = await this.#texts.eraseMemories(memories)
    await this.#texts.eraseReflections([...session_ids, ...own.map(each => each.session_id)])
    const active = await this.#sessions.refresh(session_ids)
    const scrubbed = await this.#texts.scrub()
    const index = removed === 'done' ? scrubbed : removed
    let residue = await this.#sessions.residue(session_ids, message_ids)
    residue += await this.#sessions.textsLeft(own)
    for (const data of this.#deps.personalData) {
      residue += await data.count(person_id, { spared: await this.#deps.log.erasures.sparedBy(act.act) })
    }
    this.#sessions.announce(active)
    return { messages: message_ids.length, memories: memories.length, stores, residue, index }
  }

  /** Records everything about a person before it is deleted; what an interrupted act recorded stays recorded. */
  async #recordEverything({ act, person_id }: ErasureAct, bounds: ErasureBounds): Promise<ErasedIds> {
    const { log, texts } = this.#deps
    const own = scopeOfPerson(person_id)
    const said: MessageRecord[] = []
    for await (const batch of texts.messages.ofPerson(person_id, bounds)) {
      await log.erasures.add(act, {
        messages: batch,
        sessions: sessionsOf(batch.filter(message => message.scope !== own)),
      })
      said.push(...batch.filter(message => message.role === 'user'))
    }
    const locations = await texts.memories.locationsOfPerson(person_id)
    await log.erasures.add(act, { memories: locations })
    const given: MemoryRecord[] = []
    for (const [scope, ids] of byScope(locations)) given.push(...(await texts.memories.get(scope, ids)))
    const repetitions = await repetitionsOf(texts, given, said, own)
    await log.erasures.add(act, {
      messages: repetitions,
      memories: await learnedFrom(texts, repetitions),
      sessions: sessionsOf(repetitions),
    })
    return await log.erasures.covers(act)
  }

  async #eraseThings({ act }: ErasureAct): Promise<ForgetReport> {
    const { erasures } = this.#deps.log
    const { message_ids } = await erasures.covers(act)
    const said = await this.#deps.texts.messages.get(message_ids)
    await this.#texts.eraseMessages(message_ids)
    // Something may have been learned from them while they were recorded.
    await erasures.add(act, { memories: await learnedFrom(this.#deps.texts, said) })
    const { memories, session_ids } = await erasures.covers(act)
    const removed = await this.#texts.eraseMemories(memories)
    await this.#texts.eraseReflections(session_ids)
    this.#sessions.announce(await this.#sessions.refresh(session_ids))
    const scrubbed = await this.#texts.scrub()
    const index = removed === 'done' ? scrubbed : removed
    const memory_ids = memories.map(each => each.memory_id)
    const residue =
      (await this.#texts.residue(message_ids, memory_ids)) + (await this.#sessions.residue(session_ids, message_ids))
    return { messages: message_ids.length, memories: memories.length, stores: {}, residue, index }
  }
}

/** Erasure over every store of personal data. */
export const createErasure = (deps: ErasureDeps): Erasure => new RecordedErasure(deps)
