/** Generated files of every format that has one message, or one conversation, a line. */

export interface BenchSource {
  /** Path below the folder of the benchmark: readers look at it. */
  readonly path: string
  readonly head?: string
  lineAt(at: number, text: string): string
  readonly tail?: string
}

const FIRST = Date.parse('2021-01-01T00:00:00Z')
const SESSION_LENGTH = 500
const SECOND = 1000
const MINUTE = 60 * SECOND

const WORDS =
  'the deploy of shop failed because a test in module billing was slow and the cache had no entry for it'.split(' ')

const wordsAt = (at: number): string =>
  Array.from({ length: 20 + (at % 25) }, (_, word) => WORDS[(at * 31 + word * word * 7) % WORDS.length]).join(' ')

/** The text of a message. @param characters its length, about; 0: about 150 */
export const textAt = (at: number, characters: number): string => {
  const words = wordsAt(at)
  return `${words.repeat(Math.max(1, Math.ceil(characters / words.length)))} ${String(at)}`
}

const sessionAt = (at: number): string =>
  `${Math.floor(at / SESSION_LENGTH)
    .toString(16)
    .padStart(8, '0')}-0000-4000-8000-000000000000`

const timeAt = (at: number): string => new Date(FIRST + at * SECOND).toISOString()

const whatsappLine = (at: number, text: string): string => {
  const [day = '', time = ''] = new Date(FIRST + at * MINUTE).toISOString().split('T')
  const [year, month, date] = day.split('-')
  return `${String(date)}/${String(month)}/${String(year)}, ${time.slice(0, 5)} - ${at % 2 === 0 ? 'Dana' : 'Noam'}: ${text}`
}

export const BENCH_SOURCES = {
  history: {
    path: 'history.jsonl',
    lineAt: (at, display) =>
      JSON.stringify({
        display,
        timestamp: FIRST + at * SECOND,
        project: `/code/p${String(at % 16)}`,
        sessionId: sessionAt(at),
      }),
  },
  debug: {
    path: `debug/${sessionAt(0)}.txt`,
    lineAt: (at, text) => `${timeAt(at)} [${at % 50 === 0 ? 'ERROR' : 'DEBUG'}] LSP server ${text}`,
  },
  projects: {
    path: `projects/-code-shop/${sessionAt(0)}.jsonl`,
    lineAt: (at, text) =>
      JSON.stringify({
        type: at % 2 === 0 ? 'user' : 'assistant',
        uuid: String(at),
        sessionId: sessionAt(0),
        cwd: '/code/shop',
        timestamp: timeAt(at),
        message: { role: at % 2 === 0 ? 'user' : 'assistant', content: [{ type: 'text', text }] },
      }),
  },
  extraction: {
    path: 'extracted.jsonl',
    lineAt: (at, content) =>
      JSON.stringify({
        content,
        source: `history.jsonl:line-${String(at + 1)}`,
        timestamp: timeAt(at),
        session_id: sessionAt(at),
        project: `/code/p${String(at % 16)}`,
        source_type: 'history',
      }),
  },
  dedup_state: {
    path: 'dedup_state/unique_messages.jsonl',
    lineAt: (at, content) =>
      JSON.stringify({
        hash: at.toString(16).padStart(64, '0'),
        message: { role: 'user', content },
        checkpoint: `checkpoint-${String(at % 100)}`,
      }),
  },
  openai: {
    path: 'talk.jsonl',
    lineAt: (at, content) =>
      JSON.stringify({ id: `talk-${String(at)}`, messages: [{ role: 'user', content, timestamp: timeAt(at) }] }),
  },
  openai_array: {
    path: 'talks.json',
    head: '[',
    lineAt: (at, content) =>
      `${at === 0 ? '' : ','}${JSON.stringify({
        id: `talk-${String(at)}`,
        messages: [{ role: 'user', content, timestamp: timeAt(at) }],
      })}`,
    tail: ']',
  },
  whatsapp: { path: 'WhatsApp Chat with Dana.txt', lineAt: whatsappLine },
} as const satisfies Readonly<Record<string, BenchSource>>

export type BenchKind = keyof typeof BENCH_SOURCES

export const BENCH_KINDS = Object.keys(BENCH_SOURCES) as readonly BenchKind[]
