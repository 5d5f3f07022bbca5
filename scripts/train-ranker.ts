// Learns the weights of the linear re-ranker from invented conversations, and from nothing else.
// Usage: node scripts/train-ranker.ts [--talks N]
// Writes src/retrieval/ranking/ranker-weights.ts. The same seeds give the same weights.
import { UTC } from '../src/platform/time-zone.ts'
import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { parseArgs } from 'node:util'
import { linearScore, type LinearWeights } from '../src/retrieval/ranking/linear-reranker.ts'
import { FEATURE_NAMES, type FeatureName, type Features, type Reranker } from '../src/retrieval/ranking/reranker.ts'
import { openBenchRecall, scopeOfDialogue } from '../tests/bench/recall/bench-recall.ts'
import { generateDialogue } from '../tests/support/dialogues/generate.ts'
import type { Dialogue } from '../tests/support/dialogues/dialogue.ts'

const { values } = parseArgs({ options: { talks: { type: 'string', default: '25' } } })

/** Far from the seeds that the benchmark and the tests use. */
const FIRST_SEED = 10_001
const STEPS = 400
const LEARNING_RATE = 0.5
/** Pull towards the search's own order: weights for which the conversations give no evidence stay unchanged. */
const RIDGE = 0.03

/** One question: its candidates, and which of them answer it. */
interface Example {
  readonly features: readonly Features[]
  readonly right: readonly boolean[]
}

const START = Object.fromEntries(FEATURE_NAMES.map(name => [name, name === 'score' ? 1 : 0])) as LinearWeights

const examplesOf = async (dialogues: readonly Dialogue[]): Promise<readonly Example[]> => {
  await using bench = await openBenchRecall(dialogues)
  const examples: Example[] = []
  for (const dialogue of dialogues) {
    for (const { text, evidence } of dialogue.questions) {
      const wanted = new Set(evidence.map(id => `${dialogue.name} ${id}`))
      const listener: Reranker = {
        readsFeatures: true,
        rerank: async (_, candidates) => {
          const right = candidates.map(each => wanted.has(each.message_id))
          if (right.includes(true)) examples.push({ features: candidates.map(each => each.features), right })
          return candidates.map(() => 0)
        },
      }
      await bench
        .recall({ reranker: listener })
        .recall(
          { scope: scopeOfDialogue(dialogue) },
          { text, asked_at: dialogue.turns.at(-1)?.sent_at ?? 0, asker: undefined, zone: UTC },
          { quotes: 10, tokens: 1000 },
          { purpose: 'recall' },
        )
    }
  }
  return examples
}

/** Gradient of the mean log-likelihood that a right candidate comes first (softmax over the candidates of a question). */
const gradient = (examples: readonly Example[], weights: LinearWeights): Record<FeatureName, number> => {
  const sum = Object.fromEntries(FEATURE_NAMES.map(name => [name, 0])) as Record<FeatureName, number>
  for (const { features, right } of examples) {
    const scores = features.map(each => Math.exp(linearScore(each, weights)))
    const all = scores.reduce((a, b) => a + b, 0)
    const all_right = scores.reduce((a, b, at) => a + (right[at] === true ? b : 0), 0)
    for (const [at, score] of scores.entries()) {
      const push = (right[at] === true ? score / all_right : 0) - score / all
      const one = features[at]
      if (one !== undefined) for (const name of FEATURE_NAMES) sum[name] += (push * one[name]) / examples.length
    }
  }
  for (const name of FEATURE_NAMES) sum[name] -= RIDGE * (weights[name] - START[name])
  return sum
}

const train = (examples: readonly Example[]): LinearWeights => {
  const weights: Record<FeatureName, number> = { ...START }
  for (let step = 0; step < STEPS; step++) {
    const slope = gradient(examples, weights)
    for (const name of FEATURE_NAMES) weights[name] += LEARNING_RATE * slope[name]
  }
  return Object.fromEntries(FEATURE_NAMES.map(name => [name, Number(weights[name].toFixed(3))])) as LinearWeights
}

const talks = Number(values.talks)
const examples = await examplesOf(
  Array.from({ length: talks }, (_, n) => FIRST_SEED + n).flatMap(seed => [
    generateDialogue('en', seed),
    generateDialogue('he', seed),
  ]),
)
const weights = train(examples)
writeFileSync(
  join(import.meta.dirname, '../src/memory/recall/ranker-weights.ts'),
  `import type { LinearWeights } from './linear-reranker.ts'

/**
 * Learned by \`node scripts/train-ranker.ts\` from ${String(examples.length)} questions about ${String(2 * talks)} invented conversations (seeds from ${String(FIRST_SEED)}),
 * in English and Hebrew; never from user data.
 */
export const RANKER_WEIGHTS: LinearWeights = {
${FEATURE_NAMES.map(name => `  ${name}: ${String(weights[name])},`).join('\n')}
}
`,
)
console.log(`${String(examples.length)} questions`, weights)
