/** The `fetch` for model servers: follows no redirects, and bounds what a server may send. */
import { ModelError } from './model-error.ts'

const BYTES_PER_MB = 1_000_000
/**
 * Most bytes of one answer, decompressed. A streamed answer has about 400 bytes per token; 64 embeddings of 8,192
 * dimensions, written as numbers, take 12 MB.
 */
const ANSWER_BYTES = 64 * BYTES_PER_MB
/** Most bytes of an error that are read; the rest adds nothing. */
const ERROR_BYTES = 64_000
const REDIRECTS = { from: 300, to: 399 }

/**
 * Like `fetch`, with two differences. A redirect fails with reason `redirected`: following a 307 would post the
 * conversation to another host. A body beyond 64 MB fails with reason `too-large`, whatever its headers promise.
 */
export const guardedFetch: typeof fetch = async (input, init) => {
  const response = await fetch(input, { ...init, redirect: 'manual' })
  const host = new URL(input instanceof Request ? input.url : input).host
  if (response.status >= REDIRECTS.from && response.status <= REDIRECTS.to) {
    await response.body?.cancel()
    throw redirected(response, host)
  }
  if (response.body === null) return response
  const { status, statusText, headers } = response
  const body = response.body.pipeThrough(response.ok ? bounded(host) : beginning(ERROR_BYTES))
  return new Response(body, { status, statusText, headers })
}

const redirected = ({ status, headers, url }: Response, host: string): ModelError => {
  const location = headers.get('location')
  const target = location !== null && URL.canParse(location, url) ? new URL(location, url).origin : 'another address'
  const message = `${host} redirects to ${target} (${String(status)}); nothing is sent there. If that address is right, set base_url to it`
  return new ModelError('redirected', message, { status })
}

const bounded = (host: string): TransformStream<Uint8Array, Uint8Array> => {
  let bytes = 0
  return new TransformStream({
    transform: (chunk, controller) => {
      bytes += chunk.byteLength
      if (bytes <= ANSWER_BYTES) controller.enqueue(chunk)
      else controller.error(new ModelError('too-large', `${host} answered with more than ${mb(ANSWER_BYTES)}`))
    },
  })
}

const mb = (bytes: number): string => `${String(bytes / BYTES_PER_MB)} MB`

/** The first bytes of a body; the rest is not read. */
const beginning = (most: number): TransformStream<Uint8Array, Uint8Array> => {
  let left = most
  return new TransformStream({
    transform: (chunk, controller) => {
      controller.enqueue(chunk.subarray(0, left))
      left -= Math.min(left, chunk.byteLength)
      if (left === 0) controller.terminate()
    },
  })
}
