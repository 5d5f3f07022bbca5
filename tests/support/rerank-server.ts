import { createServer, type IncomingHttpHeaders, type ServerResponse } from 'node:http'
import type { AddressInfo } from 'node:net'

interface RerankRequest {
  readonly headers: IncomingHttpHeaders
  readonly body: {
    readonly model?: string
    readonly query: string
    readonly documents: readonly string[]
    readonly top_n: number
  }
}

/** A re-ranker behind HTTP that scores documents as a test says. */
export interface RerankServer extends AsyncDisposable {
  readonly url: string
  readonly requests: RerankRequest[]
  /** Answers the next requests in another way. */
  answer: ((response: ServerResponse) => void) | undefined
}

export const rerankServer = async (scores: (query: string) => (document: string) => number): Promise<RerankServer> => {
  const requests: RerankRequest[] = []
  const http = createServer((incoming, response) => {
    const chunks: Buffer[] = []
    incoming.on('data', (chunk: Buffer) => chunks.push(chunk))
    incoming.on('end', () => {
      const body = JSON.parse(Buffer.concat(chunks).toString()) as RerankRequest['body']
      requests.push({ headers: incoming.headers, body })
      if (server.answer !== undefined) {
        server.answer(response)
        return
      }
      const results = body.documents
        .map((document, index) => ({ index, relevance_score: scores(body.query)(document) }))
        .sort((a, b) => b.relevance_score - a.relevance_score)
      response.end(JSON.stringify({ results }))
    })
  })
  await new Promise<void>(resolve => http.listen(0, '127.0.0.1', resolve))
  const server: RerankServer = {
    url: `http://127.0.0.1:${String((http.address() as AddressInfo).port)}/v1/rerank`,
    requests,
    answer: undefined,
    [Symbol.asyncDispose]: async () => {
      http.closeAllConnections()
      await new Promise(resolve => http.close(resolve))
    },
  }
  return server
}
