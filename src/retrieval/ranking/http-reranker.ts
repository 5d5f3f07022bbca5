/** A re-ranker over HTTP, with the protocol of Cohere's `/rerank`. */
import { z } from 'zod'
import type { Clock } from '../../platform/clock.ts'
import { withDeadline } from '../../platform/deadline.ts'
import { DenidinError } from '../../platform/errors.ts'
import type { Logger } from '../../platform/logger.ts'
import type { TokenUsage } from '../../models/language-model.ts'
import type { TokenCounter } from '../../text/tokens.ts'
import { mostTokensOf } from '../../models/estimated-tokens.ts'
import { guardedFetch } from '../../models/guarded-fetch.ts'
import { metering } from '../../models/metered.ts'
import type { Meter } from '../../models/meter.ts'
import { cleanText, cutStart } from '../../text/cut.ts'
import type { Reranker } from './reranker.ts'

export interface HttpRerankerSettings {
  /** URL for the request, such as `http://127.0.0.1:8080/v1/rerank`. */
  readonly url: string
  /** `undefined`: the server has only one model. */
  readonly model: string | undefined
  readonly api_key: string | undefined
}

/** Short, because a person is waiting for the answer. */
const DEADLINE_MS = 2000
/** How many candidates are sent: the best ones of the search; the others keep their order after them. */
const MOST_DOCUMENTS = 50
/** Characters of one document: such models read a few hundred tokens. */
const MOST_CHARACTERS = 2000
const SERVER_ERROR = 500
const TOO_MANY_REQUESTS = 429

const ANSWER = z.object({
  results: z.array(z.object({ index: z.int().nonnegative(), relevance_score: z.number() })),
})

const COUNT = z.number().nonnegative().optional().catch(undefined)
/**
 * Where servers report the tokens that they read: Jina, Voyage and vLLM in `usage`, Cohere in `meta`. Most servers
 * charge per search.
 */
const USAGE = z.object({
  usage: z.object({ total_tokens: COUNT, prompt_tokens: COUNT }).optional().catch(undefined),
  meta: z
    .object({ tokens: z.object({ input_tokens: COUNT }).optional().catch(undefined) })
    .optional()
    .catch(undefined),
})

/** Tokens of one search; 0 if the server does not report them: then only calls are counted. */
const usageOf = (answer: unknown): TokenUsage => {
  const { usage, meta } = USAGE.safeParse(answer).data ?? {}
  const input_tokens = usage?.total_tokens ?? usage?.prompt_tokens ?? meta?.tokens?.input_tokens ?? 0
  return { input_tokens: Math.round(input_tokens), output_tokens: 0 }
}

export interface HttpRerankerDeps {
  readonly clock: Clock
  readonly meter: Meter
  readonly tokens: Pick<TokenCounter, 'count'>
  readonly logger: Logger
}

/**
 * A re-ranker over HTTP, with the protocol that Cohere introduced and Jina, vLLM, llama.cpp and others support:
 * `{model, query, documents, top_n}` → `{results: [{index, relevance_score}]}`. Every call is recorded, including
 * failed ones.
 */
export const createHttpReranker = (
  settings: HttpRerankerSettings,
  { clock, meter, tokens, logger }: HttpRerankerDeps,
): Reranker => {
  const { host } = new URL(settings.url)
  const measure = metering('rerank', { provider: host, model: settings.model ?? 'reranker' }, meter, clock, logger)
  const headers = {
    'content-type': 'application/json',
    ...(settings.api_key === undefined ? {} : { authorization: `Bearer ${settings.api_key}` }),
  }

  const request = async (query: string, documents: readonly string[], signal: AbortSignal): Promise<unknown> => {
    const body = JSON.stringify({
      ...(settings.model === undefined ? {} : { model: settings.model }),
      query,
      documents,
      top_n: documents.length,
    })
    let response: Response
    try {
      response = await guardedFetch(settings.url, { method: 'POST', headers, body, signal })
    } catch (error) {
      if (error instanceof DenidinError) throw error
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
    readsFeatures: false,
    rerank: async (question, candidates, call) => {
      const documents = candidates.slice(0, MOST_DOCUMENTS).map(each => cleanText(cutStart(each.text, MOST_CHARACTERS)))
      const ask = (): Promise<unknown> =>
        withDeadline(
          clock,
          DEADLINE_MS,
          `the re-ranker ${host}`,
          signal => request(cleanText(question), documents, signal),
          call.signal,
        )
      // The model reads the question with each document.
      const input = await mostTokensOf(
        documents.flatMap(each => [question, each]),
        tokens,
      )
      const answer = await measure(call, { input }, ask, usageOf)
      const parsed = ANSWER.safeParse(answer)
      if (!parsed.success) throw new DenidinError('bad_answer', `the re-ranker ${host} gave another kind of answer`)
      const scores = new Map(parsed.data.results.map(each => [each.index, each.relevance_score]))
      // Candidates without a score come last, in the order of the search.
      return candidates.map((_, at) => (at < documents.length ? scores.get(at) : undefined) ?? Number.NEGATIVE_INFINITY)
    },
  }
}
