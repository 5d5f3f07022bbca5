/** Sends an answer with its headers, and only its head where the caller has it already. */
import { createHash } from 'node:crypto'
import type { FastifyReply, FastifyRequest } from 'fastify'
import type { Answer } from './idempotent-requests.ts'
import { PAGE_POLICY } from './reference-page.ts'

/** Sends an answer; a read that the caller has already is answered with 304. */
export const sendAnswer = (
  request: FastifyRequest,
  reply: FastifyReply,
  { status, type, body, headers = {} }: Answer,
): void => {
  void reply.code(status).headers(headers).header('Content-Type', type)
  if (type.startsWith('text/html')) void reply.header('Content-Security-Policy', PAGE_POLICY)
  const isRead = status === 200 && (request.method === 'GET' || request.method === 'HEAD')
  if (isRead) {
    const etag = `"${createHash('sha256').update(body).digest('base64url').slice(0, ETAG_CHARACTERS)}"`
    void reply.headers({ ETag: etag, 'Cache-Control': 'private, no-cache' })
    if (request.headers['if-none-match']?.split(',').some(each => each.trim().replace(/^W\//, '') === etag) === true) {
      void reply.code(304).removeHeader('Content-Type').send()
      return
    }
  }
  // To a text, the server would add a parameter that problem documents do not have.
  void reply.send(Buffer.from(body))
}

const ETAG_CHARACTERS = 27
