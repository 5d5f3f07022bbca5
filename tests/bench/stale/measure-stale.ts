import { DAY_MS } from '../../../src/platform/clock.ts'
import type { Correction } from '../../support/corrections/corrections.ts'
import { TestDenidin, type Json } from '../../support/denidin.ts'
import { facts, reply, lastUserMessage } from '../../support/model-server.ts'

/** How facts are learned: by rules, by a model, not yet (only the messages are there), or as summaries of sessions. */
export const PATHS = ['rules', 'model', 'messages', 'summaries'] as const
export type LearningPath = (typeof PATHS)[number]

/** Shares of the questions, in percent. */
interface StaleFigures {
  readonly questions: number
  /** The recalled texts contain a value that does not hold any more, and not the one that does. */
  readonly stale: number
  /** The recalled texts contain what holds now. */
  readonly current: number
  /** Of the lines with an old value alone, those that say that it is over. */
  readonly marked: number
}

interface Answered {
  readonly correction: Correction
  readonly recalled: string
  readonly stale: boolean
}

export interface StaleReport {
  readonly figures: Readonly<Record<string, StaleFigures>>
  /** What was recalled where the present value is missing. */
  readonly missing: readonly { readonly name: string; readonly recalled: string; readonly stale: boolean }[]
}

/** Holds every conversation, each of a person of its own, and looks at what is recalled for its question. */
export const measureStale = async (path: LearningPath, set: readonly Correction[]): Promise<StaleReport> => {
  await using denidin = await TestDenidin.start(configOf(path))
  prepare(denidin, path)
  const answered: Answered[] = []
  for (const [at, correction] of set.entries()) {
    const recalled = await recalledFor(denidin, correction, `1555${String(1_000_000 + at)}`)
    answered.push({ correction, recalled, stale: isStale(correction, recalled) })
  }
  const rows: Record<string, StaleFigures> = { [path]: figuresOf(answered) }
  for (const [half, members] of Map.groupBy(answered, each => each.correction.half)) {
    rows[`${path}, ${half} half`] = figuresOf(members)
  }
  return {
    figures: rows,
    missing: answered
      .filter(({ correction, recalled }) => !recalled.includes(correction.current))
      .map(({ correction, recalled, stale }) => ({ name: describe(correction), recalled, stale })),
  }
}

const configOf = (path: LearningPath): Json => ({
  feature_flags: {
    enable_llm_entity_extraction: path !== 'rules',
    use_schema_v2: path !== 'summaries',
  },
  embeddings: { provider: 'offline' },
  memory: { longterm: { min_similarity: 0.1 } },
})

const prepare = ({ models }: TestDenidin, path: LearningPath): void => {
  if (path === 'model') models.always('extraction', facts())
  if (path === 'messages') models.always('extraction', reply(JSON.stringify({ facts: [], reflection: 'A talk.' })))
  if (path === 'summaries') models.always('completion', reply(summaryOrAnswer))
}

/** A summary lists what was said; anything else is an answer. */
const summaryOrAnswer = (request: Parameters<typeof lastUserMessage>[0]): string => {
  const said = [...lastUserMessage(request).matchAll(/^\[?\d{4}-\d\d-\d\d\]? [^:\n]+: (.*)$/gm)].map(match => match[1])
  return said.length === 0 ? 'All right.' : said.map(each => `- ${each ?? ''}`).join('\n')
}

const recalledFor = async (denidin: TestDenidin, correction: Correction, phone: string): Promise<string> => {
  for (const session of correction.sessions) {
    for (const text of session) await denidin.say(text, { phone, name: 'Dana' })
    await denidin.say('/reset', { phone, name: 'Dana' })
    denidin.clock.forward(DAY_MS)
  }
  await denidin.app.memory.whenIdle()
  await denidin.say(correction.question, { phone, name: 'Dana' })
  return recalledTexts(denidin.lastRequest())
}

/** The lines of the request that were recalled, and those of the profile. */
const recalledTexts = (request: string): string =>
  request
    .split('\n')
    .filter(line => line.startsWith('- '))
    .join('\n')

const isStale = ({ old, current }: Correction, recalled: string): boolean =>
  !recalled.includes(current) && old.some(value => recalled.includes(value))

const describe = ({ name, sessions, question }: Correction): string =>
  `${name}: ${sessions.map(each => each.join(' · ')).join(' / ')} → ${question}`

const figuresOf = (answered: readonly Answered[]): StaleFigures => {
  const lines = answered.flatMap(({ correction: { old, current }, recalled }) =>
    recalled
      .split('\n')
      .filter(line => old.some(value => line.replace(/ \(now: .*$/, '').includes(value)))
      .map(line => ({ line, current })),
  )
  const share = (part: number, whole: number): number => Math.round((1000 * part) / Math.max(1, whole)) / 10
  return {
    questions: answered.length,
    stale: share(answered.filter(each => each.stale).length, answered.length),
    current: share(
      answered.filter(({ correction, recalled }) => recalled.includes(correction.current)).length,
      answered.length,
    ),
    marked: share(lines.filter(({ line, current }) => line.includes(current)).length, lines.length),
  }
}
