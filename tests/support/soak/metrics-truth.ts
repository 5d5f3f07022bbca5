/** Compares the metrics that the bot serves with what the phone and the model server saw. */
import { DatabaseSync } from 'node:sqlite'
import { join } from 'node:path'
import type { BotRun } from '../fake-whatsapp/bot-run.ts'

/** The values of `GET /metrics`, added up over the labels that are not asked about. */
export class ServedMetrics {
  readonly #lines: readonly string[]

  constructor(text: string) {
    this.#lines = text.split('\n').filter(line => !line.startsWith('#'))
  }

  /** 0 if there is none. */
  sum(name: string, labels: Readonly<Record<string, string>> = {}): number {
    const wanted = Object.entries(labels).map(([label, value]) => `${label}="${value}"`)
    return this.#lines
      .filter(line => line.startsWith(`denidin_${name}{`) || line.startsWith(`denidin_${name} `))
      .filter(line => wanted.every(each => line.includes(each)))
      .reduce((sum, line) => sum + Number(line.slice(line.lastIndexOf(' ') + 1)), 0)
  }
}

/** How the bot is asked over HTTP. */
export interface MetricsAccess {
  read(): Promise<ServedMetrics>
}

/** Makes a token, and finds the port on which this life listens. @param from length of the log before it */
export const metricsOf = async (run: BotRun, from: number): Promise<MetricsAccess> => {
  const listens = /The REST API listens.*?(http:\/\/127\.0\.0\.1:\d+)/
  await run.logs(listens, from)
  const [, address = ''] = listens.exec(run.log().slice(from)) ?? []
  const client = await run.client()
  const { token } = await client.call('api.token_create', { name: 'soak', scopes: 'metrics' })
  await client[Symbol.asyncDispose]()
  return {
    read: async () => {
      const response = await fetch(`${address}/metrics`, { headers: { authorization: `Bearer ${String(token)}` } })
      if (!response.ok) throw new Error(`/metrics answers ${String(response.status)}`)
      return new ServedMetrics(await response.text())
    },
  }
}

interface Counted {
  readonly sent: number
  readonly unconfirmed: number
  readonly inbox: number
}

const countsOf = (run: BotRun): Counted => {
  using database = new DatabaseSync(join(run.home.data, 'denidin.db'), { readOnly: true })
  const count = (sql: string): number => Number(database.prepare(sql).get()?.['n'])
  return {
    sent: count(`select count(*) n from outbox where state = 'sent'`),
    unconfirmed: count(`select count(*) n from outbox where state = 'unconfirmed'`),
    inbox: count('select count(*) n from inbox'),
  }
}

/** What the phone and the model server saw in this life of the bot. */
export interface Seen {
  /** Messages that people wrote. */
  readonly said: number
  /** Completions that the model server answered, extractions included. */
  readonly answered: number
  /** Requests to it, answered or not. */
  readonly asked: number
}

/** Answers that were used although nothing could be written about them, as on a full disk: the log has them instead. */
const unrecordedCalls = (run: BotRun): number =>
  run
    .log()
    .split('\n')
    .filter(line => line.includes('Model call could not be recorded'))
    .filter(line => line.includes('kind=completion') && line.includes('outcome=ok')).length

/** What the metrics say wrongly, each in a sentence. The bot must be at rest. */
export const judgeMetrics = (
  metrics: ServedMetrics,
  run: BotRun,
  { said, answered, asked }: Seen,
): readonly string[] => {
  const { sent, unconfirmed, inbox } = countsOf(run)
  const phone = run.fake.sent.length
  const same = (what: string, served: number, seen: number): readonly string[] =>
    served === seen ? [] : [`metrics: ${what}: ${String(served)} served, ${String(seen)} seen`]
  const atMost = (what: string, served: number, most: number): readonly string[] =>
    served <= most ? [] : [`metrics: ${what}: ${String(served)} served, at most ${String(most)} seen`]
  const served_sent = metrics.sum('replies_total', { outcome: 'sent' })
  const calls = { kind: 'completion' } as const
  return [
    ...same('messages received', metrics.sum('messages_total', { outcome: 'received' }), said),
    ...same('messages in the inbox', inbox, said),
    ...same(
      'replies that were sent, confirmed or not',
      served_sent + metrics.sum('replies_total', { outcome: 'unconfirmed' }),
      sent + unconfirmed,
    ),
    // An acknowledgement that comes late makes an unconfirmed reply a sent one.
    ...atMost('replies that were sent', served_sent, sent),
    ...atMost('replies that the phone must have', served_sent, phone),
    ...same(
      'calls that the model answered',
      metrics.sum('model_calls_total', { ...calls, outcome: 'ok' }) + unrecordedCalls(run),
      answered,
    ),
    // A call that fails has been tried again.
    ...atMost('calls of the model', metrics.sum('model_calls_total', calls), asked),
    ...atMost('turns', metrics.sum('turns_total'), said),
    ...atMost(
      'answered turns',
      metrics.sum('turns_total', { outcome: 'answered' }),
      metrics.sum('response_seconds_count'),
    ),
    ...same('messages that wait', metrics.sum('queue_messages'), 0),
  ]
}
