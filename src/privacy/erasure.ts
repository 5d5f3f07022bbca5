/**
 * Deletes personal data for good: records the ids to delete, deletes them from every store, then searches for traces.
 * An act that failed, left traces or was interrupted by a crash is repeated until nothing is left.
 */
import { UNKNOWN_PERSON, type AppliedErasures, type ErasureAct, type Erasures } from '../messages/erasures.ts'
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
import { boundsOf } from './erasure-bounds.ts'
import {
  erasureTargetsOf,
  erasureTargetsOfAll,
  learnAgain,
  learnedFrom,
  memoriesAt,
  repetitionsOf,
  sessionsOf,
  type Things,
} from './erasure-targets.ts'
import { Failures } from './failures.ts'
import { SessionErasure, type SessionErasureDeps } from './session-erasure.ts'
import { TextErasure, type IndexState, type TextErasureDeps } from './text-erasure.ts'

/** Result of one act of erasure. */
export interface ForgetReport {
  readonly messages: number
  readonly memories: number
  /** Rows deleted, by store; empty unless everything about a person was deleted. */
  readonly stores: Readonly<Record<string, number>>
  /** Traces found anywhere afterwards, and steps that failed: if not 0, the act is not complete and is tried again. */
  readonly residue: number
  /** Why a step failed; `undefined` if none did. */
  readonly reason?: string | undefined
  readonly index: IndexState
}

/** Whose data is to be deleted, and who asks for it. */
export interface ErasureRequest {
  readonly person_id: PersonId
  /** Who deletes it, for the audit log: a person or `operator`. */
  readonly by: string
  /** Messages to leave alone: the command itself, while it is being answered. */
  readonly spared?: readonly MessageId[]
  /**
   * When the command was sent, by the clock of its channel: older messages that are found later are forgotten too.
   * `undefined`: no message asked for it.
   */
  readonly said_before?: number | undefined
}

export interface Erasure extends HealthCheck, Disposable {
  /** Deletes everything about a person. */
  everything(request: ErasureRequest): Promise<ForgetReport>
  /**
   * Deletes memories, with the person's messages that they came from, or messages, with the memories that came from
   * them. Answers to these messages, and later repetitions by the bot, are deleted too.
   */
  things(request: ErasureRequest, things: Things): Promise<ForgetReport>
  /**
   * Call at the start: completes interrupted acts, and repeats those that a restored copy of the data has not been
   * through. An act that fails or leaves traces does not hold up others, and is tried again later. @returns how many
   * were completed
   */
  resume(): Promise<number>
}

export interface ErasureDeps {
  readonly personalData: readonly PersonalData[]
  /** Records what is to be deleted, and which acts the main database has been through. */
  readonly log: { readonly erasures: Erasures; readonly applied: AppliedErasures }
  readonly texts: TextErasureDeps
  readonly sessions: SessionErasureDeps
  /** The person that someone became by merging. */
  readonly survivorOf: (person_id: PersonId) => PersonId
  /** Runs an act while no turn of the conversation is under way. */
  readonly exclusive: <T>(scope: Scope, act: () => Promise<T>) => Promise<T>
  readonly audit: AuditLog
  readonly clock: Clock
  readonly logger: Logger
}

/** A running turn may write once more after the first pass; then it has ended. */
const PASSES = 3
/** Delay before acts that are not complete are tried again. */
const RETRY_MS = 10 * MINUTE_MS

/** Names of the steps of an act, besides the stores of personal data: its messages and memories are deleted, … */
const TEXTS = 'texts'
/** … and so is the reflection on a session that lost any. */
const reflectionOn = (session_id: string): string => `reflection on ${session_id}`

/** One attempt at an act about a person. */
interface Attempt {
  readonly act: string
  /** The person who asked, and the person that they have become by merging. */
  readonly persons: readonly PersonId[]
  /** The stores that earlier attempts have not completed. */
  readonly stores: readonly PersonalData[]
  /** The steps that earlier attempts have completed. */
  readonly through: ReadonlySet<string>
}

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
    // Messages that were written after the request, and wait behind it, are not part of what was to be forgotten.
    const [asked] = spared
    const behind = async () => (asked === undefined ? [] : await texts.messages.waitingAfter(asked, person_id))
    const act = await log.erasures.begin({
      kind: 'person',
      person_id,
      at: clock.now(),
      spared: [...spared, ...(await behind())],
      said_before,
    })
    // Some may have come just before the act began.
    for (const message_id of await behind()) await log.erasures.spare(message_id)
    return await this.#apply(act, by)
  }

  async things({ person_id, by, spared = [] }: ErasureRequest, wanted: Things): Promise<ForgetReport> {
    const { log, texts, clock } = this.#deps
    const all = await erasureTargetsOf(texts, person_id, wanted)
    const covers = { ...all, sessions: sessionsOf(all.messages) }
    const act = await log.erasures.begin({ kind: 'messages', person_id, at: clock.now(), spared, covers })
    return await this.#apply(act, by)
  }

  async resume(): Promise<number> {
    const { log, survivorOf, exclusive, logger } = this.#deps
    const acts = await log.erasures.acts()
    const done = await log.applied.applied()
    let completed = 0
    for (const act of acts.filter(each => !done.has(each.act) && !this.#under_way.has(each.act))) {
      try {
        const report = await exclusive(scopeOfPerson(survivorOf(act.person_id)), async () => {
          // The act may have been completed while it waited for its turn: data that came since is not part of it.
          if ((await log.applied.applied()).has(act.act)) return undefined
          await log.erasures.resume(act)
          return await this.#apply(act, 'start')
        })
        if (report?.residue === 0) completed++
      } catch (error) {
        const reason = asDenidinError(error).message
        logger.for('privacy').error('Data that was to be forgotten still exists', { act: act.act, reason })
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

  /** Completes an act; if it fails or leaves traces, it is tried again later. */
  async #apply(act: ErasureAct, by: string): Promise<ForgetReport> {
    this.#under_way.add(act.act)
    try {
      const report = await this.#perform(act, by)
      if (report.residue === 0) this.#unfinished.delete(act.act)
      else this.#retryLater(act, report.reason ?? 'traces of it are left')
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
      // If the log cannot be read, the next start reads it again.
      void this.resume().catch(() => undefined)
    })
  }

  /** An act that leaves traces stays under way: it spares data that comes until the next attempt. */
  async #perform(act: ErasureAct, by: string): Promise<ForgetReport> {
    const { erasures, applied } = this.#deps.log
    const through = await applied.steps(act.act)
    const report = act.kind === 'person' ? await this.#erasePerson(act, through) : await this.#eraseThings(act, through)
    if (report.residue === 0) {
      await applied.markApplied(act.act)
      await erasures.end(act)
    }
    const { stores, index, reason, ...counts } = report
    this.#deps.audit.write({
      operation: act.kind === 'person' ? 'forget everything' : 'forget',
      by,
      whose: scopeOfPerson(act.person_id),
      counts: { ...counts, ...stores },
      outcome: `index ${index}`,
    })
    const fields = { act: act.act, ...counts, index, ...(reason === undefined ? {} : { reason }) }
    const logger = this.#deps.logger.for('privacy')
    if (report.residue === 0) logger.info('Forgotten', fields)
    else logger.error('Not everything that was to be forgotten is gone', fields)
    return report
  }

  async #erasePerson(act: ErasureAct, through: ReadonlySet<string>): Promise<ForgetReport> {
    const attempt: Attempt = {
      act: act.act,
      persons: [...new Set([act.person_id, this.#deps.survivorOf(act.person_id)])],
      stores: this.#deps.personalData.filter(data => !through.has(data.name)),
      through,
    }
    await this.#recordEverything(attempt)
    let isComplete = false
    try {
      let report = await this.#erasePersonOnce(attempt, {})
      for (let pass = 1; pass < PASSES && report.residue > 0 && report.reason === undefined; pass++) {
        await this.#recordEverything(attempt)
        report = await this.#erasePersonOnce(attempt, report.stores)
      }
      isComplete = report.residue === 0
      return report
    } finally {
      if (!isComplete) await this.#markThrough(attempt)
    }
  }

  /** @param before rows that earlier passes deleted, by store */
  async #erasePersonOnce(attempt: Attempt, before: ForgetReport['stores']): Promise<ForgetReport> {
    const { act, stores } = attempt
    const { message_ids, memories, session_ids } = await this.#deps.log.erasures.covers(act)
    const files = await this.#sessions.release(session_ids)
    const erased: Record<string, number> = { ...before }
    const failures = new Failures()
    const emptied: PersonalData[] = []
    for (const data of stores) {
      const rows = await failures.attempt(() => this.#eraseFrom(data, attempt))
      if (rows !== undefined) emptied.push(data)
      erased[data.name] = (erased[data.name] ?? 0) + (rows ?? 0)
    }
    // Messages recorded before a crash may belong to another person by now.
    await this.#texts.eraseMessages(message_ids, failures)
    const rest = await this.#eraseRest(attempt, { memories, session_ids, message_ids }, failures)
    let residue = rest.residue + ((await failures.attempt(() => this.#sessions.textsLeft(files))) ?? 0)
    for (const data of emptied) residue += (await failures.attempt(() => this.#countIn(data, attempt))) ?? 0
    return { ...rest, stores: erased, residue: residue + failures.count, reason: failures.reason }
  }

  /** What follows the messages: first the memories; of the rest, nothing holds up the others. */
  async #eraseRest(
    attempt: Pick<Attempt, 'act' | 'through'>,
    { message_ids, memories, session_ids }: Awaited<ReturnType<Erasures['covers']>>,
    failures: Failures,
  ): Promise<Pick<ForgetReport, 'messages' | 'memories' | 'residue' | 'index'>> {
    const removed = await this.#texts.eraseMemories(memories)
    await failures.attempt(() => this.#eraseReflections(attempt, session_ids))
    this.#sessions.announce(await this.#sessions.refresh(session_ids, failures))
    const scrubbed = await failures.attempt(() => this.#texts.scrub())
    const residue = await failures.attempt(() => this.#sessions.residue(session_ids, message_ids))
    const index = removed === 'done' && scrubbed === 'done' ? 'done' : 'later'
    return { messages: message_ids.length, memories: memories.length, residue: residue ?? 0, index }
  }

  async #eraseFrom(data: PersonalData, { act, persons }: Attempt): Promise<number> {
    let erased = 0
    // Read again for each person: data that arrived meanwhile stays.
    for (const person_id of persons) erased += await data.erase(person_id, await this.#boundsOf(act, persons))
    return erased
  }

  async #countIn(data: PersonalData, { act, persons }: Attempt): Promise<number> {
    const bounds = await this.#boundsOf(act, persons)
    let found = 0
    for (const person_id of persons) found += await data.count(person_id, bounds)
    return found
  }

  async #boundsOf(act: string, persons: readonly PersonId[]): Promise<ErasureBounds> {
    const { log, texts } = this.#deps
    return await boundsOf({ ...texts, erasures: log.erasures }, act, persons)
  }

  /** Marks the stores that an attempt emptied: the next one skips them, because data found there later is new. */
  async #markThrough(attempt: Attempt): Promise<void> {
    const { applied, erasures } = this.#deps.log
    const clear = async (count: Promise<number>): Promise<boolean> => (await count.catch(() => 1)) === 0
    const steps: string[] = []
    for (const data of attempt.stores) if (await clear(this.#countIn(data, attempt))) steps.push(data.name)
    const { message_ids, memories } = await erasures.covers(attempt.act)
    const memory_ids = memories.map(each => each.memory_id)
    if (await clear(this.#texts.residue(message_ids, memory_ids))) steps.push(TEXTS)
    await applied.markSteps(attempt.act, steps)
  }

  /** Records everything about a person first; as long as any of it is left, the bot may have repeated it. */
  async #recordEverything({ act, persons, through }: Attempt): Promise<void> {
    if (through.has(TEXTS)) return
    for (const person_id of persons) await this.#recordPerson(act, person_id)
  }

  async #recordPerson(act: string, person_id: PersonId): Promise<void> {
    const { log, texts } = this.#deps
    const { sessions: going_on = [], ...bounds } = await this.#boundsOf(act, [person_id])
    const said: MessageRecord[] = []
    for await (const batch of texts.messages.ofPerson(person_id, bounds)) {
      await log.erasures.add(act, { messages: batch, sessions: sessionsOf(batch) })
      said.push(...batch.filter(message => message.role === 'user'))
    }
    const own = (await this.#sessions.ofPerson(person_id)).filter(each => !going_on.includes(each))
    await log.erasures.add(act, { sessions: own })
    const given = await this.#recordMemories(act, person_id)
    // A conversation that continues is not deleted as a whole.
    const except = going_on.length === 0 ? scopeOfPerson(person_id) : undefined
    const repetitions = await repetitionsOf(texts, given, said, except)
    await log.erasures.add(act, {
      messages: repetitions,
      memories: await learnedFrom(texts, repetitions),
      sessions: sessionsOf(repetitions),
    })
  }

  /** Records the memories to delete. Those that also came from messages that stay are learned again. @returns them */
  async #recordMemories(act: string, person_id: PersonId): Promise<readonly MemoryRecord[]> {
    const { log, texts } = this.#deps
    // Only now is it known which sessions lose messages.
    const { spared = [], memories: staying = [] } = await this.#boundsOf(act, [person_id])
    const stays = new Set(staying)
    const locations = (await texts.memories.locationsOfPerson(person_id)).filter(each => !stays.has(each.memory_id))
    await log.erasures.add(act, { memories: locations })
    const given = await memoriesAt(texts, locations)
    const sources = new Set(given.flatMap(memory => memory.sources))
    const left = spared.filter(id => sources.has(id))
    await learnAgain(texts, left)
    return given
  }

  async #eraseThings({ act, person_id }: ErasureAct, through: ReadonlySet<string>): Promise<ForgetReport> {
    const { texts, log } = this.#deps
    const { erasures } = log
    const listed = await texts.messages.get((await erasures.covers(act)).message_ids)
    // An act that was recorded again lists nothing but what people said.
    if (person_id === UNKNOWN_PERSON) await erasures.add(act, await erasureTargetsOfAll(texts, listed))
    const { message_ids } = await erasures.covers(act)
    const said = await texts.messages.get(message_ids)
    const failures = new Failures()
    await this.#texts.eraseMessages(message_ids, failures)
    // Something may have been learned from them while they were recorded.
    await erasures.add(act, { memories: await learnedFrom(texts, said), sessions: sessionsOf(said) })
    const { memories, session_ids } = await erasures.covers(act)
    // Memories that also came from other messages are learned again from those.
    const gone = new Set(message_ids)
    const sources = (await memoriesAt(texts, memories)).flatMap(memory => memory.sources)
    const staying = sources.filter(id => !gone.has(id))
    await learnAgain(texts, staying)
    const rest = await this.#eraseRest({ act, through }, { message_ids, memories, session_ids }, failures)
    const memory_ids = memories.map(each => each.memory_id)
    const residue = rest.residue + (await this.#texts.residue(message_ids, memory_ids)) + failures.count
    return { ...rest, stores: {}, residue, reason: failures.reason }
  }

  /** The messages are deleted by now: a reflection written from here on comes from the remaining ones. */
  async #eraseReflections(
    { act, through }: Pick<Attempt, 'act' | 'through'>,
    session_ids: readonly string[],
  ): Promise<void> {
    const left = session_ids.filter(each => !through.has(reflectionOn(each)))
    await this.#texts.eraseReflections(left)
    await this.#deps.log.applied.markSteps(act, left.map(reflectionOn))
  }
}

/** Erasure over every store of personal data. */
export const createErasure = (deps: ErasureDeps): Erasure => new RecordedErasure(deps)
