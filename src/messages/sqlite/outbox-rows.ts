import type { Database } from '../../database/sqlite/database.ts'
import type { MessageId, MessageRecord } from '../message.ts'
import { replyMessageId } from '../message-store.ts'
import type { MessageStore, PartOutcome, PartState, Reply, WaitingPart } from '../message-store.ts'

/** Keeps a message, inside the transaction that is open; one that is known already stays as it is. */
export type InsertMessage = (message: MessageRecord) => void

export interface OutboxRowsDeps {
  readonly database: Database
  readonly insertMessage: InsertMessage
  /** Ends the wait of messages, inside the transaction that is open. */
  settleAll(message_ids: readonly MessageId[], state: string, at: number): void
}

type ReplyRow = Omit<Reply, 'answers' | 'keep' | 'session_id' | 'text'> & {
  readonly text: string | null
  readonly session_id: string | null
}

/** The outbox of the message store: replies, and how far each of their parts has come. */
export const createOutboxRows = ({
  database,
  insertMessage,
  settleAll,
}: OutboxRowsDeps): Pick<
  MessageStore,
  'intend' | 'begin' | 'conclude' | 'abandon' | 'fail' | 'concludeInterrupted' | 'held'
> => {
  const repliesIn = (state: 'intended' | 'held', chat_id?: string): Reply[] =>
    database
      .all<ReplyRow>(
        `select outbox_id, chat_id, chat_kind, scope, person_id, text, tokens, session_id, created_at
         from outbox where state = :state and chat_id = coalesce(:chat_id, chat_id) order by rowid`,
        { state, chat_id: chat_id ?? null },
      )
      .map(row => ({
        ...row,
        text: row.text ?? '',
        keep: row.text !== null,
        session_id: row.session_id ?? undefined,
        answers: database
          .all<{ message_id: string }>('select message_id from outbox_answers where outbox_id = :outbox_id', {
            outbox_id: row.outbox_id,
          })
          .map(each => each.message_id),
      }))

  const partsIn = (outbox_id: string, state: PartState): WaitingPart[] =>
    database
      .all<{ part: number; text: string | null }>(
        'select part, text from outbox_parts where outbox_id = :outbox_id and state = :state order by part',
        { outbox_id, state },
      )
      .map(({ part, text }) => ({ part, text: text ?? undefined }))

  const setState = (outbox_id: string, state: string, at: number | null): void => {
    database.run('update outbox set state = :state, settled_at = :at where outbox_id = :outbox_id', {
      outbox_id,
      state,
      at,
    })
  }

  const answersOptedOut = (outbox_id: string): boolean =>
    database.get(
      `select 1 from outbox_answers join messages using (message_id) where outbox_id = :outbox_id and learning_opt_out = 1`,
      { outbox_id },
    ) !== undefined

  /** The reply as a message of its own, once: when its first words went out, or may have. */
  const keepMessage = (reply: Reply, outcome: PartOutcome): void => {
    const message_id = reply.keep ? replyMessageId(reply, outcome.message_id) : (outcome.message_id ?? null)
    const first = database.run(
      `update outbox set message_id = :message_id where outbox_id = :outbox_id and message_id is null`,
      { outbox_id: reply.outbox_id, message_id },
    )
    if (first === 0 || !reply.keep || message_id === null) return
    const { chat_id, chat_kind, text, tokens, session_id } = reply
    // Its person may have turned out to be another one since the reply was written.
    const { person_id, scope } =
      database.get<Pick<Reply, 'person_id' | 'scope'>>(
        'select person_id, scope from outbox where outbox_id = :outbox_id',
        { outbox_id: reply.outbox_id },
      ) ?? reply
    insertMessage({
      message_id,
      chat_id,
      chat_kind,
      scope,
      person_id,
      role: 'assistant',
      kind: session_id === undefined ? 'notice' : 'chat',
      sender_name: undefined,
      text,
      tokens,
      session_id,
      sent_at: outcome.at,
      // An answer holds what it answers.
      learning_opt_out: answersOptedOut(reply.outbox_id),
    })
  }

  /** Settles a reply of which no part is left to be sent. */
  const settleWhenDone = (reply: Reply, at: number): void => {
    const { outbox_id } = reply
    const states = new Set(
      database
        .all<{ state: PartState }>('select distinct state from outbox_parts where outbox_id = :outbox_id', {
          outbox_id,
        })
        .map(each => each.state),
    )
    if (states.has('waiting') || states.has('begun')) return
    const sent = states.size === 1 && states.has('sent')
    const unsaid = states.size === 1 && states.has('lost')
    const failed = states.has('failed')
    setState(outbox_id, sent ? 'sent' : failed ? 'failed' : 'unconfirmed', at)
    settleAll(reply.answers, sent ? 'answered' : failed ? 'failed' : unsaid ? 'unanswerable' : 'unconfirmed', at)
  }

  const concludePart = (reply: Reply, part: number, outcome: PartOutcome): void => {
    const { outbox_id } = reply
    if (outcome.state === 'held') {
      database.run(`update outbox_parts set state = 'waiting' where outbox_id = :outbox_id and part = :part`, {
        outbox_id,
        part,
      })
      setState(outbox_id, 'held', outcome.at)
      return
    }
    database.run(
      `update outbox_parts set state = :state, message_id = :message_id, settled_at = :at, text = null
       where outbox_id = :outbox_id and part = :part`,
      { outbox_id, part, state: outcome.state, message_id: outcome.message_id ?? null, at: outcome.at },
    )
    keepMessage(reply, outcome)
    settleWhenDone(reply, outcome.at)
  }

  const giveUp = (reply: Reply, state: 'lost' | 'failed', at: number): void => {
    database.run(
      `update outbox_parts set state = :state, settled_at = :at, text = null
       where outbox_id = :outbox_id and state = 'waiting'`,
      { outbox_id: reply.outbox_id, state, at },
    )
    settleWhenDone(reply, at)
  }

  /** What becomes of a reply of the process before that still has parts to be sent. */
  const takeOver = (reply: Reply, at: number): void => {
    const { outbox_id } = reply
    const waiting = partsIn(outbox_id, 'waiting')
    if (waiting.length === 0) return
    const all = database.get<{ n: number }>('select count(*) n from outbox_parts where outbox_id = :outbox_id', {
      outbox_id,
    })
    if (waiting.every(each => each.text !== undefined)) setState(outbox_id, 'held', at)
    else if (waiting.length === all?.n) database.run('delete from outbox where outbox_id = :outbox_id', { outbox_id })
    else giveUp(reply, 'lost', at)
  }

  return {
    intend: async (reply, parts) => {
      database.transaction(() => {
        const { outbox_id, chat_id, chat_kind, scope, person_id, tokens, created_at, keep } = reply
        database.run(
          `insert into outbox
             (outbox_id, chat_id, chat_kind, scope, person_id, state, text, tokens, session_id, created_at)
           values (:outbox_id, :chat_id, :chat_kind, :scope, :person_id, 'intended', :text, :tokens, :session_id,
             :created_at)`,
          {
            outbox_id,
            chat_id,
            chat_kind,
            scope,
            person_id,
            tokens,
            created_at,
            text: keep ? reply.text : null,
            session_id: reply.session_id ?? null,
          },
        )
        for (const message_id of reply.answers) {
          database.run(
            `insert into outbox_answers (outbox_id, message_id) values (:outbox_id, :message_id) on conflict do nothing`,
            { outbox_id, message_id },
          )
        }
        for (const [part, text] of parts.entries()) {
          database.run(
            `insert into outbox_parts (outbox_id, part, state, text) values (:outbox_id, :part, 'waiting', :text)`,
            { outbox_id, part, text: keep ? text : null },
          )
        }
      })
    },

    begin: async (outbox_id, part, at) => {
      database.transaction(() => {
        database.run(
          `update outbox_parts set state = 'begun', begun_at = :at
           where outbox_id = :outbox_id and part = :part and state = 'waiting'`,
          { outbox_id, part, at },
        )
        setState(outbox_id, 'intended', null)
      })
    },

    conclude: async (reply, part, outcome) => {
      database.transaction(() => {
        concludePart(reply, part, outcome)
      })
    },

    abandon: async (reply, at) => {
      database.transaction(() => {
        giveUp(reply, 'lost', at)
      })
    },

    fail: async (reply, at) => {
      database.transaction(() => {
        giveUp(reply, 'failed', at)
      })
    },

    concludeInterrupted: async at =>
      database.transaction(() => {
        let interrupted = 0
        for (const reply of [...repliesIn('intended'), ...repliesIn('held')]) {
          const begun = partsIn(reply.outbox_id, 'begun')
          for (const { part } of begun) {
            concludePart(reply, part, { state: 'unconfirmed', message_id: undefined, at })
          }
          if (begun.length > 0) interrupted++
          takeOver(reply, at)
        }
        return interrupted
      }),

    held: async chat_id =>
      repliesIn('held', chat_id).map(reply => ({ reply, waiting: partsIn(reply.outbox_id, 'waiting') })),
  }
}
