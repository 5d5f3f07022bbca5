// The outbox's rows in memory, so that its rules are tested without a database.
import type { MessageRecord } from '../../src/messages/message.ts'
import type { OutboxState, PartState, Reply } from '../../src/messages/outbox-store.ts'
import type {
  OutboxMessages,
  OutboxRows,
  PartChange,
  RecordedPart,
  ReplyOrigin,
  WhichReplies,
} from '../../src/messages/recorded-outbox.ts'

interface Row {
  readonly reply: Reply
  state: OutboxState
  message_id: string | undefined
  parts: RecordedPart[]
}

export class MemoryOutboxRows implements OutboxRows {
  rows = new Map<string, Row>()
  stored: MessageRecord[] = []
  settled: string[] = []
  opted_out = new Set<string>()
  /** Called before each write; may throw as a full disk does. */
  before: () => void = () => undefined

  transaction<T>(work: () => T): T {
    const { rows, stored, settled } = structuredClone({ rows: this.rows, stored: this.stored, settled: this.settled })
    try {
      return work()
    } catch (error) {
      Object.assign(this, { rows, stored, settled })
      throw error
    }
  }

  async durably<T>(work: () => T): Promise<T> {
    return this.transaction(work)
  }

  insert(reply: Reply, parts: readonly string[]): void {
    this.before()
    this.rows.set(reply.outbox_id, {
      reply,
      state: 'intended',
      message_id: undefined,
      parts: parts.map((text, part) => ({ part, state: 'waiting', text: reply.keep ? text : undefined })),
    })
  }

  delete(outbox_id: string): void {
    this.rows.delete(outbox_id)
  }

  replies(state: 'intended' | 'held', { chat_id, answering }: WhichReplies = {}): readonly Reply[] {
    return [...this.rows.values()]
      .filter(row => row.state === state && (chat_id === undefined || row.reply.chat_id === chat_id))
      .filter(row => answering === undefined || row.reply.answers.includes(answering))
      .map(row => row.reply)
  }

  parts(outbox_id: string): readonly RecordedPart[] {
    return this.rows.get(outbox_id)?.parts ?? []
  }

  setState(outbox_id: string, state: OutboxState): void {
    this.before()
    const row = this.rows.get(outbox_id)
    if (row !== undefined) row.state = state
  }

  beginPart(outbox_id: string, part: number): boolean {
    this.before()
    const row = this.rows.get(outbox_id)
    if (row === undefined || !row.parts.some(each => each.part === part && each.state === 'waiting')) return false
    row.parts = row.parts.map(each => (each.part === part ? { ...each, state: 'begun' } : each))
    return true
  }

  setPart(outbox_id: string, part: number, { state }: PartChange): void {
    this.before()
    const row = this.rows.get(outbox_id)
    if (row === undefined) return
    row.parts = row.parts.map(each =>
      each.part === part ? { part, state, text: state === 'waiting' ? each.text : undefined } : each,
    )
  }

  setMessageId(outbox_id: string, message_id: string | undefined): boolean {
    const row = this.rows.get(outbox_id)
    if (row === undefined || row.message_id !== undefined) return false
    row.message_id = message_id
    return true
  }

  recipientOf(outbox_id: string): ReplyOrigin | undefined {
    const reply = this.rows.get(outbox_id)?.reply
    if (reply === undefined) return undefined
    const { person_id, scope, answers } = reply
    return {
      person_id,
      scope,
      learning_opt_out: answers.some(id => this.opted_out.has(id)),
      expires_after: undefined,
    }
  }

  readonly messages: OutboxMessages = {
    insert: record => {
      this.before()
      this.stored.push(record)
    },
    settle: (message_ids, state) => {
      this.before()
      this.settled.push(...message_ids.map(id => `${id} ${state}`))
    },
  }

  statesOf(outbox_id: string): { readonly reply: OutboxState | undefined; readonly parts: readonly PartState[] } {
    return { reply: this.rows.get(outbox_id)?.state, parts: this.parts(outbox_id).map(each => each.state) }
  }
}
