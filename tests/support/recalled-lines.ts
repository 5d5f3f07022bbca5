// Reads the block of recalled memories of a request.

const DAY = /^\d{4}-\d\d-\d\d:$/

/** The lines of recalled facts and quotes in a request, without those of their days. */
export const recalledLines = (request: string): readonly string[] => {
  const lines = request.split('\n')
  const heading = lines.findIndex(line => line.includes('Recalled memories: '))
  if (heading === -1) return []
  const below = lines.slice(heading + 1)
  const end = below.findIndex(line => !line.startsWith('- ') && !DAY.test(line))
  return below.slice(0, end === -1 ? below.length : end).filter(line => !DAY.test(line))
}
