// Learning over real stores, with an extractor that a test scripts, without a channel and without Chroma.
import { join } from 'node:path'
import { createLearning } from '../../src/app/learning.ts'
import type { Stores } from '../../src/app/stores.ts'
import { openStores } from './stores.ts'
import { surroundings } from '../../src/app/runtime.ts'
import { loadSettings } from '../../src/config/load-settings.ts'
import type { Learner } from '../../src/learning/learner.ts'
import { createNoLongTermMemory } from '../../src/memory/no-long-term-memory.ts'
import type { MemoryRecord } from '../../src/memory/memory.ts'
import type { MessageRecord } from '../../src/messages/message.ts'
import type { LanguageModel } from '../../src/models/language-model.ts'
import { FakeClock } from './fake-clock.ts'
import { memoryLog } from './memory-log.ts'
import { everyone } from './everyone.ts'
import { noEmbedder } from './no-embedder.ts'
import { temporaryFolder } from './temporary-folder.ts'
import { writeFileSync } from 'node:fs'

/** One line that facts may come from, as a model reads it. */
export interface ScriptedLine {
  readonly message: number
  readonly text: string
}

/** What a scripted model answers. */
export type ScriptedFacts = (lines: readonly ScriptedLine[], content: string) => string | Promise<string>

/** A model that finds one fact in each line of a session, in the words of the line. */
export const everyLine = (lines: readonly ScriptedLine[]): string =>
  JSON.stringify({
    facts: lines.map(({ message, text }) => ({ message, text, quote: text, category: 'facts', importance: 0.5 })),
    reflection: 'A talk.',
  })

export class LearningRig implements AsyncDisposable {
  readonly clock = new FakeClock()
  readonly log = memoryLog()
  readonly scope = 'person:p1' as const
  /** Contents of the requests. */
  readonly requests: string[] = []
  readonly stores: Stores
  readonly learner: Learner
  script: ScriptedFacts = () => JSON.stringify({ facts: [], reflection: 'Nothing much.' })
  readonly #cleanup: AsyncDisposableStack
  #said = 0
  #sessions = 0

  private constructor(folder: string, cleanup: AsyncDisposableStack) {
    this.#cleanup = cleanup
    const file = join(folder, 'config.json')
    writeFileSync(file, JSON.stringify({ feature_flags: { enable_memory_system: true }, ai: { provider: 'offline' } }))
    const { settings } = loadSettings({ environment: {}, file, cwd: folder })
    const parts = surroundings(settings, this.log, { clock: this.clock })
    const stores = openStores(settings, parts)
    this.stores = stores
    const memory = {
      ...createNoLongTermMemory(stores.memories),
      store: (each: MemoryRecord) => stores.memories.add(each),
    }
    const model: LanguageModel = {
      provider: 'scripted',
      model: 'scripted',
      complete: async ({ messages }) => {
        const content = messages.at(-1)?.content ?? ''
        this.requests.push(content)
        const lines = [...content.matchAll(/^\[(\d+)\] \S+ [^:]+: (.*)$/gm)]
        const text = await this.script(
          lines.map(match => ({ message: Number(match[1]), text: match[2] ?? '' })),
          content,
        )
        return { text, usage: { input_tokens: 1, output_tokens: 1 } }
      },
    }
    const { learner } = createLearning(
      {
        settings,
        stores,
        memory,
        model,
        embedder: noEmbedder,
        providers: [{ name: 'scripted', model }],
        gate: everyone,
      },
      parts,
    )
    this.learner = learner
  }

  static async start(): Promise<LearningRig> {
    await using cleanup = new AsyncDisposableStack()
    const folder = cleanup.use(await temporaryFolder())
    return new LearningRig(folder.path, cleanup.move())
  }

  /** A session in which these things are said, a minute apart; the assistant answers the first. */
  async session(session_id: string, sayings: readonly string[], name = 'Dana Levi'): Promise<readonly string[]> {
    const { ledger, messages } = this.stores
    await ledger.create({ session_id, scope: this.scope, chat_id: 'c1', at: this.clock.now() })
    const ids: string[] = []
    for (const text of sayings) ids.push(await this.say(session_id, text, name))
    await messages.history.assign(session_id, ids)
    await ledger.close(session_id, 'reset', this.clock.now())
    return ids
  }

  /** A session in which these things are said, and learned from. */
  async learn(...sayings: readonly string[]): Promise<void> {
    const session_id = `s${String(++this.#sessions)}`
    await this.session(session_id, sayings)
    await this.learner.learn(session_id, { patient: false })
  }

  /** One more message of a session. */
  async say(session_id: string, text: string, name = 'Dana Levi'): Promise<string> {
    const message_id = `m${String(++this.#said)}`
    await this.clock.advance(60_000)
    const at = this.clock.now()
    await this.stores.messages.inbox.receive({
      message: {
        message_id,
        chat_id: 'c1',
        chat_kind: 'direct',
        text,
        sent_at: at,
        addressed: true,
        may_continue: false,
        sender: { identities: [], name },
      },
      person_id: 'p1',
      scope: this.scope,
      received_at: at,
      state: 'received',
      tokens: 10,
    })
    await this.stores.messages.history.assign(session_id, [message_id])
    return message_id
  }

  /** Every fact, oldest first, history included. */
  async facts(): Promise<readonly MemoryRecord[]> {
    return (await this.stores.memories.list(this.scope, { limit: 10_000, kinds: ['fact'] })).toReversed()
  }

  /** The texts of the facts that hold, oldest first. */
  async holding(): Promise<readonly string[]> {
    return (await this.facts()).filter(each => each.valid_to === undefined).map(each => each.text)
  }

  async messagesOf(session_id: string): Promise<readonly MessageRecord[]> {
    return await this.stores.messages.history.ofSession(session_id)
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.stores[Symbol.dispose]()
    await this.#cleanup.disposeAsync()
  }
}
