/** Translates the errors of the Chroma client. */
import {
  ChromaClientError,
  ChromaConnectionError,
  ChromaForbiddenError,
  ChromaNotFoundError,
  ChromaQuotaExceededError,
  ChromaRateLimitError,
  ChromaUnauthorizedError,
} from 'chromadb'
import { DenidinError } from '../../platform/errors.ts'

const UNREACHABLE = [ChromaConnectionError, ChromaRateLimitError, ChromaQuotaExceededError]

/**
 * Translates an error of a Chroma call: `unavailable` if the server does not answer or asks us to wait, `not_found` for
 * a missing collection, `rejected` if it refuses us, `invalid_input` for a request that it does not accept. Everything
 * else is `damaged`: the server answers, but with an error or with nonsense.
 */
export const fromChroma = (error: unknown): DenidinError => {
  if (error instanceof DenidinError) return error
  if (UNREACHABLE.some(type => error instanceof type)) {
    return new DenidinError('unavailable', 'the Chroma server does not answer', { cause: error, retryable: true })
  }
  const message = `Chroma: ${error instanceof Error ? error.message : String(error)}`
  return new DenidinError(codeOf(error), message, { cause: error })
}

const codeOf = (error: unknown): 'not_found' | 'rejected' | 'invalid_input' | 'damaged' => {
  if (error instanceof ChromaNotFoundError) return 'not_found'
  if (error instanceof ChromaUnauthorizedError || error instanceof ChromaForbiddenError) return 'rejected'
  if (error instanceof ChromaClientError) return 'invalid_input'
  return 'damaged'
}

/** Whatever went wrong: for the caller, the index is unavailable. */
export const unavailable = (error: DenidinError): DenidinError =>
  error.code === 'unavailable' || error.code === 'stopping'
    ? error
    : new DenidinError('unavailable', error.message, { cause: error, retryable: true })

/** 1 − cosine distance, clamped to [−1, 1] against rounding. */
export const similarityOf = (distance: number | null | undefined): number => {
  if (typeof distance !== 'number') throw new DenidinError('damaged', 'Chroma answered without a distance')
  return Math.max(-1, Math.min(1, 1 - distance))
}
