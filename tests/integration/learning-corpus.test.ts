// Facts told again and again in other words, changed, and written down by an extractor that words them differently each
// time: what is kept must be every fact, once, in its newest state, proved by its source.
import { afterEach, beforeEach, expect, test } from '@jest/globals'
import { isQuotedFrom } from '../../src/learning/extraction/quote-verification.ts'
import { factCorpus, type CorpusFact } from '../support/fact-corpus.ts'
import { LearningRig } from '../support/learning-rig.ts'
import { random } from '../support/random-text.ts'

let rig: LearningRig

beforeEach(async () => {
  rig = await LearningRig.start()
})

afterEach(async () => {
  await rig[Symbol.asyncDispose]()
})

const SEED = 11
const MOST_DOUBLED_SHARE = 0.02

test('more than two hundred facts in many wordings are each kept once, and what changed is history', async () => {
  const { pick, below } = random(SEED)
  const corpus = (['en', 'he'] as const).flatMap(language => factCorpus(SEED, language))
  const bySaying = new Map<string, CorpusFact>()
  for (const fact of corpus.flatMap(each => (each.next === undefined ? [each] : [each, each.next]))) {
    for (const saying of fact.sayings) bySaying.set(saying, fact)
  }
  /** Which wording of which fact each memory's text is. */
  const written = new Map<string, CorpusFact>()
  rig.script = lines =>
    JSON.stringify({
      facts: lines.flatMap(({ message, text: said }) => {
        const fact = bySaying.get(said)
        if (fact === undefined) return []
        const text = pick(fact.wordings)
        written.set(text, fact)
        // Extractors miscount lines now and then.
        const named = below(10) === 0 ? message + 1 : message
        // And take a fact for another one.
        const same_as = below(8) === 0 ? 1 + below(20) : null
        return [{ text, quote: said, message: named, category: 'facts', importance: 0.5, same_as }]
      }),
      reflection: 'They talked about people.',
    })
  let session = 0
  const tell = async (facts: readonly CorpusFact[]): Promise<void> => {
    const sayings = facts.map(fact => pick(fact.sayings))
    for (let at = 0; at < sayings.length; at += 35) {
      const session_id = `s${String(++session)}`
      await rig.session(session_id, sayings.slice(at, at + 35))
      await rig.learner.learn(session_id, { patient: false })
    }
  }
  await tell(corpus)
  await tell(corpus.toReversed())
  await tell(corpus)
  const changed = corpus.filter(fact => fact.next !== undefined)
  await tell(changed.flatMap(fact => fact.next ?? []))
  await tell(changed.flatMap(fact => fact.next ?? []))

  const kept = await rig.facts()
  const all = corpus.flatMap(fact => (fact.next === undefined ? [fact] : [fact, fact.next]))
  const ofKey = Map.groupBy(kept, memory => written.get(memory.text)?.key ?? memory.text)
  const lost = all.filter(fact => !ofKey.has(fact.key)).map(fact => fact.key)
  const doubled = kept.length - ofKey.size
  const wronglyEnded = corpus
    .filter(fact => fact.next === undefined && ofKey.get(fact.key)?.every(memory => memory.valid_to !== undefined))
    .map(fact => fact.key)
  const open = changed.filter(fact => ofKey.get(fact.key)?.some(memory => memory.valid_to === undefined))
  const current = changed.filter(fact =>
    ofKey.get(fact.next?.key ?? '')?.some(memory => memory.valid_to === undefined && memory.supersedes.length > 0),
  )
  const texts = new Map<string, string>()
  for (let n = 1; n <= session; n++) {
    for (const message of await rig.messagesOf(`s${String(n)}`)) texts.set(message.message_id, message.text)
  }
  const unproved = kept.filter(
    ({ sources, quote }) => !sources.some(id => isQuotedFrom({ text: texts.get(id) ?? '' }, quote ?? '')),
  )
  const figures = {
    facts: all.length,
    tellings: texts.size,
    contradictions: changed.length,
    memories: kept.length,
    lost: lost.length,
    doubled,
    wrongly_ended: wronglyEnded.length,
    contradictions_ended: changed.length - open.length,
    quotes_found: kept.length - unproved.length,
  }
  process.stdout.write(`learning: ${JSON.stringify(figures)}\n`)

  expect(all.length).toBeGreaterThanOrEqual(200)
  expect(lost).toEqual([])
  expect(doubled).toBeLessThanOrEqual(MOST_DOUBLED_SHARE * all.length)
  expect(wronglyEnded).toEqual([])
  expect(open.map(fact => fact.key)).toEqual([])
  expect(current).toHaveLength(changed.length)
  expect(unproved).toEqual([])
}, 120_000)
