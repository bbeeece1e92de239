const TABLES = /\.(parquet|parq|(csv|tsv|jsonl|ndjson|json)(\.gz)?|arrow|feather)$/i
const ONNX = /\.onnx$/i
const PARQUET = /\.(parquet|parq)$/i

/**
 * The files of a drop; of folders, only the tables in them: Parquet files where there are any, and nothing hidden, or a
 * model with all its files. Must be called while the drop's event is handled: its items are gone afterwards.
 */
export async function droppedFiles(transfer: DataTransfer | null): Promise<File[]> {
  const entries = [...(transfer?.items ?? [])].map((item) => item.webkitGetAsEntry())
  const plain = [...(transfer?.files ?? [])]
  if (!entries.some((entry) => entry?.isDirectory)) return plain
  const found: File[] = []
  for (const entry of entries) if (entry) await collect(entry, found)
  // A model's folder is taken as it is.
  if (found.some(({ name }) => ONNX.test(name))) return found
  const tables = found.filter(({ name }) => TABLES.test(name) && !/^[._]/.test(name))
  const parquet = tables.filter(({ name }) => PARQUET.test(name))
  const chosen = parquet.length > 0 ? parquet : tables
  // A folder without tables is told by the first of its files.
  return chosen.length > 0 ? chosen : found.slice(0, 1)
}

async function collect(entry: FileSystemEntry, found: File[]): Promise<void> {
  // Chromium has no FileSystemFileEntry to be an instance of.
  if (entry.isFile) {
    const from = entry as FileSystemFileEntry
    const file = await new Promise<File>((resolve, reject) => from.file(resolve, reject))
    // The folder's name orders files of several folders.
    Object.defineProperty(file, 'webkitRelativePath', { value: entry.fullPath })
    found.push(file)
    return
  }
  const reader = (entry as FileSystemDirectoryEntry).createReader()
  // Browsers give a hundred entries at a time.
  for (;;) {
    const some = await new Promise<FileSystemEntry[]>((resolve, reject) =>
      reader.readEntries(resolve, reject),
    )
    if (some.length === 0) return
    for (const child of some) await collect(child, found)
  }
}
