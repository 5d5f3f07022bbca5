/** Sends this process's requests through the proxy that the environment names, except requests to this machine. */
import { setGlobalProxyFromEnv } from 'node:http'
import { DenidinError } from './errors.ts'

/** Each in upper case, as in most documentation, and in lower case, which takes precedence. */
const VARIABLES = ['HTTP_PROXY', 'HTTPS_PROXY', 'ALL_PROXY', 'NO_PROXY'] as const

type Variables = Readonly<Record<string, string | undefined>>

/** Names of this machine that never go through a proxy. */
const THIS_MACHINE = ['localhost', '.localhost', '127.0.0.1', '::1', '[::1]', '0.0.0.0']

/** The proxy variables of the first layer that has them, under both of their names. */
export const proxyVariables = (layers: readonly Variables[]): Variables => {
  const found: Record<string, string> = {}
  for (const name of VARIABLES) {
    const value = layers.map(layer => layer[name.toLowerCase()] ?? layer[name]).find(each => each?.trim())
    if (value !== undefined) found[name] = value.trim()
  }
  return found
}

/**
 * Uses the proxies for every request of this process from now on, instead of those that Node took from the environment
 * itself.
 * @param addresses URLs that will be requested; those on this machine bypass the proxy, whatever name they use for it
 * @returns the proxy for secure connections as host and port, for the log; `undefined` if there is none
 * @throws DenidinError `invalid_config` if a proxy is not an address
 */
export const useProxy = (variables: Variables, addresses: readonly string[]): string | undefined => {
  const { ALL_PROXY } = variables
  const http = addressOf('HTTP_PROXY', variables['HTTP_PROXY'] ?? ALL_PROXY)
  const https = addressOf('HTTPS_PROXY', variables['HTTPS_PROXY'] ?? ALL_PROXY)
  if (http === undefined && https === undefined) return undefined
  const own = addresses.map(address => new URL(address).hostname).filter(isThisMachine)
  const NO_PROXY = [variables['NO_PROXY'] ?? '', ...THIS_MACHINE, ...own].filter(each => each !== '').join(',')
  setGlobalProxyFromEnv({ HTTP_PROXY: http?.href, HTTPS_PROXY: https?.href, NO_PROXY })
  return (https ?? http)?.host
}

/** Whether the host name of a URL means this machine: any address of 127.0.0.0/8, in IPv6 too. */
const isThisMachine = (hostname: string): boolean =>
  /^127\.|^\[::(ffff:)?(7f[0-9a-f]{2}:[0-9a-f]+|1)?\]$|(^|\.)localhost\.?$|^0\.0\.0\.0$/.test(hostname)

const addressOf = (name: string, value: string | undefined): URL | undefined => {
  if (value === undefined) return undefined
  // curl also accepts `proxy:3128`.
  const text = value.includes('://') ? value : `http://${value}`
  if (URL.canParse(text) && ['http:', 'https:'].includes(new URL(text).protocol)) return new URL(text)
  // The value may contain a password.
  throw new DenidinError(
    'invalid_config',
    `${name}: must be the address of an HTTP proxy, such as http://proxy:3128; SOCKS is not supported`,
  )
}
