/** Words what the HTTP server itself refuses: what cannot be read, is too large, or is of another type. */
import type { Duplex } from 'node:stream'
import { Problem, PROBLEM_TYPE } from './problem.ts'

interface ServerError {
  readonly code?: string
  readonly statusCode?: number
}

/** The problem that an error of the server is. @param body_kilobytes `api.body_kilobytes` */
export const requestProblem = (thrown: unknown, body_kilobytes: number): Problem => {
  if (thrown instanceof Problem) return thrown
  const { code = '', statusCode = 500 }: ServerError = typeof thrown === 'object' && thrown !== null ? thrown : {}
  if (code === 'FST_ERR_CTP_BODY_TOO_LARGE') {
    return new Problem('too_large', `a body may have at most ${String(body_kilobytes)} kilobytes (api.body_kilobytes)`)
  }
  if (code === 'FST_ERR_CTP_INVALID_MEDIA_TYPE' || code === 'FST_ERR_CTP_INVALID_CONTENT_TYPE') {
    return new Problem('unsupported_media_type', 'send the body as application/json')
  }
  if (code === 'FST_ERR_BAD_URL') return new Problem('malformed', 'the address is not encoded as it should be')
  if (code === 'FST_ERR_CTP_INVALID_CONTENT_LENGTH') {
    return new Problem('malformed', 'the body is not as long as the header Content-Length says')
  }
  if (statusCode === 400) {
    return new Problem('malformed', 'the body is not valid JSON, or uses a name that is not allowed, such as __proto__')
  }
  return new Problem('internal', 'DeniDin failed at this; the log has the reason under the id of this request')
}

const STATUS_TEXTS: Readonly<Record<number, string>> = {
  400: 'Bad Request',
  408: 'Request Timeout',
  431: 'Request Header Fields Too Large',
}

/** Answers what is no HTTP request, or one whose headers never end, and closes the connection. */
export const writeClientError = (error: Error & ServerError, socket: Duplex, request_id: string): void => {
  if (error.code === 'ECONNRESET' || !socket.writable) {
    socket.destroy()
    return
  }
  const problem =
    error.code === 'HPE_HEADER_OVERFLOW'
      ? new Problem('headers_too_large', 'the headers are too large')
      : new Problem('malformed', 'this is no valid HTTP request, or it did not arrive in time')
  const status = error.code === 'ERR_HTTP_REQUEST_TIMEOUT' ? 408 : problem.status
  const body = JSON.stringify({ ...problem.document(request_id), status })
  socket.end(
    [
      `HTTP/1.1 ${String(status)} ${STATUS_TEXTS[status] ?? ''}`,
      `Content-Type: ${PROBLEM_TYPE}`,
      `Content-Length: ${String(Buffer.byteLength(body))}`,
      'Connection: close',
      '',
      body,
    ].join('\r\n'),
  )
}
