/** A stream of queries, some asked often and most seldom, while messages arrive: how many come from kept results. */
import { archiveCorpus, type Corpus } from '../../support/archive-corpus.ts'
import type { ArchiveRig } from '../../support/archive-rig.ts'
import { timesOf } from './times.ts'

const QUERIES = 3000
const DISTINCT = 400
/** Queries between two arrivals, and messages that arrive. */
const BETWEEN = 10
const ARRIVING = 5

/** @param stored how many messages there are: others arrive each time that a kept archive is measured */
export const benchCache = async (
  rig: ArchiveRig,
  corpus: Corpus,
  random: () => number,
  stored: number,
): Promise<string> => {
  const questions = Array.from({ length: DISTINCT }, () => `${corpus.english.pick()} ${corpus.english.pick()}`)
  const arriving = archiveCorpus((QUERIES / BETWEEN) * ARRIVING, stored).messages()
  const before = rig.search.cacheCounts
  const times: number[] = []
  for (let at = 0; at < QUERIES; at++) {
    // The rank of Zipf's law with exponent 1: an even share of the logarithm.
    const rank = Math.floor(DISTINCT ** random()) - 1
    const from = performance.now()
    await rig.ask(questions[rank])
    times.push(performance.now() - from)
    if (at % BETWEEN === 0) await rig.add(nextOf(arriving, ARRIVING))
  }
  const after = rig.search.cacheCounts
  const [hits, misses] = [after.hits - before.hits, after.misses - before.misses]
  return `kept results: ${((100 * hits) / (hits + misses)).toFixed(0)} % of ${String(QUERIES)} queries (${String(DISTINCT)} of them, Zipf) while messages arrive; ${timesOf(times)} ms`
}

/** The next ones; unlike `take`, it leaves the iterator open for more. */
const nextOf = <T>(iterator: Iterator<T>, count: number): readonly T[] =>
  Array.from({ length: count }, () => iterator.next()).flatMap(({ done, value }) => (done === true ? [] : [value]))
