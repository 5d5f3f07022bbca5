/** Compares the full-text index with the messages, and repairs the differences. */
import type { MessageReader } from '../../messages/message-reader.ts'
import type { MessageId, MessageRecord } from '../../messages/message.ts'
import type { Scope } from '../../messages/scope.ts'
import type { ZoneOf } from '../../people/personal-zones.ts'
import { yieldToEventLoop } from '../../platform/yield.ts'
import { readMessage } from './index-document.ts'
import type { FullTextIndex, MessageState, ScopeReader } from './full-text-index.ts'
import type { FullTextIndexer } from './full-text-indexer.ts'
import { stateOf } from './index-eligibility.ts'
import type { Finding, VerifiablePart, VerifyRun } from '../../vectors/maintenance/vector-maintenance.ts'

const PART = 'full-text index'

/** How many messages are compared in one step, and for how many of them a quick comparison checks every word. */
const PAGE = 100
const SAMPLE = 5

export interface VerifyFullTextIndexDeps {
  readonly feed: MessageReader
  readonly index: FullTextIndex
  readonly zoneOf: ZoneOf
  readonly indexer: Pick<FullTextIndexer, 'requestSync' | 'whenIdle'>
}

/** Compares the full-text index with the messages. With `repair`, wrong entries are written again from the messages. */
export const verifyFullTextIndex = ({ feed, index, zoneOf, indexer }: VerifyFullTextIndexDeps): VerifiablePart => ({
  name: PART,
  verify: async run => {
    indexer.requestSync()
    await indexer.whenIdle()
    const comparison = new Comparison(index, run)
    let seq = 0
    for (;;) {
      const page = await feed.inOrder(seq, PAGE)
      const last = page.at(-1)
      if (last === undefined) break
      seq = last.seq
      const states = page.map(({ message }) => stateOf(message.message_id, message, zoneOf))
      await comparison.messages(
        page.map(each => each.message),
        await Promise.all(states),
      )
    }
    for (let after: MessageId | undefined; ;) {
      const ids = await index.idsOf({ limit: PAGE, ...(after === undefined ? {} : { after }) })
      after = ids.at(-1)
      if (after === undefined) break
      await comparison.documents(ids, feed)
    }
    return { looked_at: comparison.looked_at, findings: comparison.findings }
  },
})

type Fault = Finding['what']

class Comparison {
  readonly #index: FullTextIndex
  readonly #run: VerifyRun
  readonly #counts = new Map<Fault, number>()
  /** Messages that are already reported as misplaced. */
  readonly #misplaced = new Set<MessageId>()
  looked_at = 0

  constructor(index: FullTextIndex, run: VerifyRun) {
    this.#index = index
    this.#run = run
  }

  get findings(): readonly Finding[] {
    return [...this.#counts].map(([what, count]) => ({ part: PART, what, count }))
  }

  /** Checks that each message is indexed correctly, in its scope, with all its words. */
  async messages(messages: readonly MessageRecord[], states: readonly MessageState[]): Promise<void> {
    this.#run.signal.throwIfAborted()
    const scopes = await this.#index.scopesOf(messages.map(each => each.message_id))
    const known = new Map(states.map(state => [state.message_id, state]))
    const wrong: MessageState[] = []
    for (const [scope, members] of Map.groupBy(messages, each => each.scope)) {
      const reader = await this.#index.open(scope)
      for (const [at, message] of members.entries()) {
        const state = known.get(message.message_id) ?? { message_id: message.message_id, now: undefined }
        const fault = await this.#faultOf(state, scopes.get(message.message_id), reader, at < SAMPLE)
        if (fault === undefined) continue
        this.#count(fault)
        if (fault === 'misplaced') this.#misplaced.add(message.message_id)
        wrong.push(state)
      }
    }
    await this.#repair(wrong)
    this.looked_at += messages.length
    this.#run.progress(this.looked_at)
    await yieldToEventLoop()
  }

  /** Checks that each entry of the index belongs to an existing message. */
  async documents(message_ids: readonly MessageId[], feed: MessageReader): Promise<void> {
    this.#run.signal.throwIfAborted()
    const foreign: MessageState[] = []
    const scopes = await this.#index.scopesOf(message_ids)
    for (const [scope, members] of Map.groupBy(scopes, ([, scope]) => scope)) {
      const ids = members.map(([message_id]) => message_id)
      const there = new Set((await feed.get(scope, ids)).map(each => each.message_id))
      for (const message_id of ids) {
        if (!there.has(message_id) && !this.#misplaced.has(message_id)) foreign.push({ message_id, now: undefined })
      }
    }
    this.#count('foreign', foreign.length)
    await this.#repair(foreign)
    await yieldToEventLoop()
  }

  async #faultOf(
    { message_id, now }: MessageState,
    indexed_scope: Scope | undefined,
    reader: ScopeReader | undefined,
    sampled: boolean,
  ): Promise<Fault | undefined> {
    if (now === undefined) return indexed_scope === undefined ? undefined : 'foreign'
    if (indexed_scope === undefined) return 'missing'
    if (indexed_scope !== now.scope) return 'misplaced'
    const [ordinal] = (await reader?.ordinals([message_id])) ?? []
    if (reader === undefined || ordinal === undefined) return 'missing'
    const { stems, forms, keys } = readMessage(now.message)
    const [document] = await reader.documents([ordinal])
    const same = (kept: readonly string[], read: readonly string[]): boolean => kept.join(' ') === read.join(' ')
    if (document === undefined || !same(document.stems, stems) || !same(document.forms, forms)) return 'altered'
    if (!same(document.keys, keys)) return 'altered'
    if (!sampled && !this.#run.every_vector) return undefined
    const words = new Set([...stems, ...forms, ...keys])
    const postings = await reader.postings([...words])
    const held = [...words].every(word => postings.get(word)?.ordinals.includes(ordinal) === true)
    return held ? undefined : 'altered'
  }

  async #repair(states: readonly MessageState[]): Promise<void> {
    if (this.#run.repair && states.length > 0) await this.#index.apply(states, {})
  }

  #count(what: Fault, times = 1): void {
    if (times > 0) this.#counts.set(what, (this.#counts.get(what) ?? 0) + times)
  }
}
