/** Reads the URL of a remote Chroma server, and makes a client that uses all of it. */
import { ChromaClient } from 'chromadb'

/** Where a remote server is, and how it is entered. */
export interface ChromaAddress {
  /** Without user, password, token and trailing slash. */
  readonly base_url: string
  readonly headers: Readonly<Record<string, string>>
  readonly tenant: string | undefined
  readonly database: string | undefined
}

/**
 * Reads a URL such as `https://user:password@host/path` or `https://host:8000/path?token=…&tenant=…&database=…`. A user
 * without a password is a token. A token is sent in both headers that Chroma's servers may ask for.
 */
export const chromaAddress = (url: string): ChromaAddress => {
  const { protocol, host, pathname, username, password, searchParams } = new URL(url)
  const user = decodeURIComponent(username)
  const token = searchParams.get('token') ?? (password === '' && user !== '' ? user : undefined)
  return {
    // People copy the address of the API itself, too.
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
  // The package takes host and port, and no path: the address is set where it keeps its own.
  const { apiClient } = client as unknown as { readonly apiClient: { setConfig(config: { baseUrl: string }): unknown } }
  apiClient.setConfig({ baseUrl: base_url })
  return client
}
