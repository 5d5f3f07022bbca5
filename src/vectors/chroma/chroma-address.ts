/** Parses the URL of a remote Chroma server, and creates a client that uses all parts of it. */
import { ChromaClient } from 'chromadb'

/** Address and credentials of a remote server. */
export interface ChromaAddress {
  /** Without user, password, token and trailing slash. */
  readonly base_url: string
  readonly headers: Readonly<Record<string, string>>
  readonly tenant: string | undefined
  readonly database: string | undefined
}

/**
 * Parses a URL such as `https://user:password@host/path` or `https://host:8000/path?token=…&tenant=…&database=…`. A
 * user without a password is a token. A token is sent in both headers that Chroma's servers may expect.
 */
export const chromaAddress = (url: string): ChromaAddress => {
  const { protocol, host, pathname, username, password, searchParams } = new URL(url)
  const user = decodeURIComponent(username)
  const token = searchParams.get('token') ?? (password === '' && user !== '' ? user : undefined)
  return {
    // People also copy the address of the API itself.
    base_url: `${protocol}//${host}${pathname.replace(/\/+$/, '').replace(/\/api(\/v\d+)?$/, '')}`,
    headers: token === undefined ? basic(user, decodeURIComponent(password)) : bearer(token),
    tenant: searchParams.get('tenant') ?? undefined,
    database: searchParams.get('database') ?? undefined,
  }
}

const basic = (user: string, password: string): Record<string, string> =>
  user === '' && password === ''
    ? {}
    : { Authorization: `Basic ${Buffer.from(`${user}:${password}`).toString('base64')}` }

const bearer = (token: string): Record<string, string> => ({
  Authorization: `Bearer ${token}`,
  'X-Chroma-Token': token,
})

/** A client for a remote server. */
export const createRemoteClient = ({ base_url, headers, tenant, database }: ChromaAddress): ChromaClient => {
  const client = new ChromaClient({
    headers: { ...headers },
    ...(tenant === undefined ? {} : { tenant }),
    ...(database === undefined ? {} : { database }),
  })
  // The package accepts host and port, but no path: we set the address where the package stores its own.
  const { apiClient } = client as unknown as { readonly apiClient: { setConfig(config: { baseUrl: string }): unknown } }
  apiClient.setConfig({ baseUrl: base_url })
  return client
}
