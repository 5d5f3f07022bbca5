/** The text of a token, `denidin_<id>_<secret>`: made once, parsed and compared at each request. */
import { createHash, timingSafeEqual } from 'node:crypto'

const PREFIX = 'denidin'
/** Characters of a base64url text of 256 bits. */
const SECRET_CHARACTERS = 43
const ID_CHARACTERS = 12
const FORM = new RegExp(
  `^${PREFIX}_([0-9a-f]{${String(ID_CHARACTERS)}})_([A-Za-z0-9_-]{${String(SECRET_CHARACTERS)}})$`,
)

/** The two parts of a token's text. */
export interface TokenParts {
  readonly token_id: string
  readonly secret: string
}

/**
 * Makes a token: its text is shown once, and only the hash of its secret is kept.
 * @param uuid a new one. @param secret 256 random bits as base64url
 */
export const issueToken = (
  uuid: string,
  secret: string,
): TokenParts & { readonly text: string; readonly secret_hash: Uint8Array } => {
  const token_id = uuid.replaceAll('-', '').slice(-ID_CHARACTERS)
  return { token_id, secret, text: `${PREFIX}_${token_id}_${secret}`, secret_hash: hashOf(secret) }
}

/** `undefined` for a text that cannot be a token. */
export const parseToken = (text: string): TokenParts | undefined => {
  const [, token_id, secret] = FORM.exec(text) ?? []
  return token_id === undefined || secret === undefined ? undefined : { token_id, secret }
}

/** Whether a secret has this hash; takes the same time for every wrong one. */
export const isSecretOf = (secret: string, secret_hash: Uint8Array): boolean =>
  secret_hash.byteLength === HASH_BYTES && timingSafeEqual(hashOf(secret), secret_hash)

const HASH_BYTES = 32

/** A secret of 256 random bits cannot be guessed from its hash, so that no slow hash is needed. */
const hashOf = (secret: string): Uint8Array => createHash('sha256').update(secret).digest()
