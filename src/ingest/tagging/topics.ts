/** Topics and actions that follow from a message's own words, for tags. */
import type { Tag } from '../../archive/archive-message.ts'

/** How many characters are examined: the beginning of a message shows its topic. */
const MOST_CHARACTERS = 4000

/** One of these words determines the topic. */
const TOPICS: readonly (readonly [topic: string, words: RegExp])[] = [
  ['testing', /\b(?:tests?|testing|pytest|jest|unittest|coverage)\b|\bבדיקות\b/iu],
  ['database', /\b(?:sql|sqlite|postgres(?:ql)?|mysql|database|schema|migrations?)\b/iu],
  ['deployment', /\b(?:deploy(?:ed|ing|ment)?|kubernetes|k8s|helm|terraform|rollout)\b/iu],
  ['security', /\b(?:security|vulnerabilit(?:y|ies)|oauth2?|jwt|authentication|authorization)\b/iu],
  ['documentation', /\b(?:documentation|readme|changelog|docstrings?)\b/iu],
  ['git', /\b(?:git|pull request|rebase|merge conflicts?|submodules?)\b/iu],
  ['docker', /\b(?:docker(?:file)?|containers?)\b/iu],
  ['api', /\b(?:api|endpoints?|rest|graphql|openapi)\b/iu],
  ['performance', /\b(?:performance|latency|slow|profiling|benchmarks?)\b/iu],
]

const ACTIONS: readonly (readonly [action: string, words: RegExp])[] = [
  ['fix', /\b(?:fix(?:e[sd]|ing)?|bug|repair)\b/iu],
  ['refactor', /\brefactor(?:ed|ing|s)?\b/iu],
  ['review', /\breview(?:ed|ing|s)?\b/iu],
]

/** A single word is a hint, not a proof. */
const CONFIDENCE = 0.6

/** Tags of what a person or the assistant wrote; not for logs. */
export const topicTags = (text: string): readonly Tag[] => {
  const words = text.slice(0, MOST_CHARACTERS)
  const found = (category: 'topic' | 'action', list: typeof TOPICS): Tag[] =>
    list.filter(([, pattern]) => pattern.test(words)).map(([value]) => ({ category, value, confidence: CONFIDENCE }))
  return [...found('topic', TOPICS), ...found('action', ACTIONS)]
}
