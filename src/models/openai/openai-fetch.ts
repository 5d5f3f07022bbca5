/** The `fetch` of the openai package: guarded, and with all failures in one shape, which the package understands. */
import { jsonOf } from '../../platform/json-text.ts'
import { guardedFetch } from '../guarded-fetch.ts'
import { readProviderError, type ProviderError } from './provider-error.ts'

const NO_REPORT: ProviderError = {
  message: '',
  codes: [],
  parameter: undefined,
  status: undefined,
  context_tokens: undefined,
}

/** The package reads `error` of a failed answer; we put a `ProviderError` there, whatever the server sent. */
export const openAiFetch: typeof fetch = async (input, init) => {
  const response = await guardedFetch(input, init)
  if (response.ok) return response
  const error = readProviderError(jsonOf(await response.text())) ?? NO_REPORT
  const headers = new Headers(response.headers)
  headers.set('content-type', 'application/json')
  headers.delete('content-length')
  headers.delete('content-encoding')
  return new Response(JSON.stringify({ error }), { status: response.status, headers })
}
