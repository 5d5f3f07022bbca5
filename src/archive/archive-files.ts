/** Where the files of the archive are. */

/** The index is beside its archive. */
export const archiveIndexPath = (archive_path: string): string => archive_path.replace(/\.db$/, '-index.db')
