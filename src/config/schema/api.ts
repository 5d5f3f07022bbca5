/** The REST API (`api`). */
import type { Section } from '../setting.ts'

export const API = {
  enabled: {
    format: 'boolean',
    default: false,
    doc: 'Serves the [REST API](api.md) while the bot runs. Every request needs a token: `denidin api token create`.',
  },
  host: {
    format: 'text',
    default: '127.0.0.1',
    doc: 'Address on which the REST API listens. One that other machines reach needs `api.behind_tls_proxy`.',
  },
  port: {
    format: 'integer',
    default: 8787,
    min: 0,
    max: 65_535,
    doc: 'Port on which the REST API listens; 0 takes a free one.',
  },
  behind_tls_proxy: {
    format: 'boolean',
    default: false,
    doc: 'Confirms that other machines reach the REST API only through a proxy that encrypts the traffic, as tokens and people’s words travel with it ([an example for nginx](api.md#behind-nginx)). Without it, only an address of this machine is allowed as `api.host`. With it, the address of a caller is taken from `X-Forwarded-For`, where the proxy’s own address is a private one.',
  },
  cors_origins: {
    format: 'texts',
    default: [],
    doc: 'Origins of web pages whose scripts may call the REST API, such as `https://dashboard.example.org`. None by default.',
  },
  requests_per_minute: {
    format: 'integer',
    default: 600,
    min: 1,
    max: 1_000_000,
    doc: 'Requests that one token may make in a minute; also those that one address may make in a minute without a valid token.',
  },
  body_kilobytes: {
    format: 'integer',
    default: 1024,
    min: 1,
    max: 65_536,
    doc: 'Largest body of a request, in kilobytes.',
  },
  timeout_seconds: {
    format: 'integer',
    default: 120,
    min: 1,
    max: 3600,
    doc: 'Seconds after which a request is answered with a timeout, and its work is called off. Event streams have no such limit.',
  },
} as const satisfies Section
