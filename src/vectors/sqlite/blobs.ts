/** Vectors as blobs: little-endian 32-bit floats. */

/** A vector as the table stores it. */
export const toBlob = (vector: Float32Array): Uint8Array =>
  new Uint8Array(vector.buffer, vector.byteOffset, vector.byteLength)

/** The vector of a blob: copied, because floats must begin at a multiple of four bytes. */
export const toVector = (blob: Uint8Array): Float32Array => new Float32Array(Uint8Array.from(blob).buffer)
