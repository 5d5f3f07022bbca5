import { z } from 'zod'
import type { Clock } from '../../platform/clock.ts'
import { withDeadline } from '../../platform/deadline.ts'
import { DenidinError } from '../../platform/errors.ts'
import type { Reranker } from './reranker.ts'

export interface HttpRerankerSettings {
  /** Address that takes the request, such as `http://127.0.0.1:8080/v1/rerank`. */
  readonly url: string
  /** `undefined`: the server has only one. */
  readonly model: string | undefined
  readonly api_key: string | undefined
}

/** Somebody waits for the answer. */
const DEADLINE_MS = 2000
/** Candidates that are sent, the best of the search; the others keep their order behind them. */
const MOST_DOCUMENTS = 50
/** Characters of one document: such models read a few hundred tokens. */
const MOST_CHARACTERS = 2000
const SERVER_ERROR = 500
const TOO_MANY_REQUESTS = 429

const ANSWER = z.object({
  results: z.array(z.object({ index: z.int().nonnegative(), relevance_score: z.number() })),
})

/**
 * A re-ranker behind HTTP, by the protocol that Cohere began and Jina, vLLM, llama.cpp and others speak:
 * `{model, query, documents, top_n}` → `{results: [{index, relevance_score}]}`.
 */
export const createHttpReranker = (settings: HttpRerankerSettings, clock: Clock): Reranker => {
  const { host } = new URL(settings.url)
  const headers = {
    'content-type': 'application/json',
    ...(settings.api_key === undefined ? {} : { authorization: `Bearer ${settings.api_key}` }),
  }

  const request = async (query: string, documents: readonly string[], signal: AbortSignal): Promise<unknown> => {
    const body = JSON.stringify({
      ...(settings.model === undefined ? {} : { model: settings.model }),
      ...{ query, documents, top_n: documents.length },
    })
    let response: Response
    try {
      response = await fetch(settings.url, { method: 'POST', headers, body, signal })
    } catch (error) {
      throw new DenidinError('unavailable', `the re-ranker ${host} could not be reached`, { cause: error })
    }
    if (!response.ok) {
      const { status } = response
      await response.body?.cancel()
      const code = status >= SERVER_ERROR || status === TOO_MANY_REQUESTS ? 'unavailable' : 'rejected'
      throw new DenidinError(code, `the re-ranker ${host} answered ${String(status)}`)
    }
    try {
      return await response.json()
    } catch (error) {
      throw new DenidinError('bad_answer', `the re-ranker ${host} gave no readable answer`, { cause: error })
    }
  }

  return {
    rerank: async (question, candidates, call) => {
      const documents = candidates.slice(0, MOST_DOCUMENTS).map(each => each.text.slice(0, MOST_CHARACTERS))
      const answer = await withDeadline(
        clock,
        DEADLINE_MS,
        `the re-ranker ${host}`,
        signal => request(question, documents, signal),
        call.signal,
      )
      const parsed = ANSWER.safeParse(answer)
      if (!parsed.success) throw new DenidinError('bad_answer', `the re-ranker ${host} gave another kind of answer`)
      const scores = new Map(parsed.data.results.map(each => [each.index, each.relevance_score]))
      // What was not scored comes last, in the order of the search.
      return candidates.map((_, at) => (at < documents.length ? scores.get(at) : undefined) ?? Number.NEGATIVE_INFINITY)
    },
  }
}
