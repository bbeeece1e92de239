import { InputError } from '../../shared/core/errors.ts'
import type { ModelFolder } from '../../shared/core/types.ts'
import type { Session } from './session.ts'

const OF_MODELS = /\.(onnx|onnx_data|json|txt|md|model)$/i
const UNNAMED = 'model'

/**
 * The folder of a model among files that people opened, and the files beside it.
 * @throws {InputError} where there is a model without what says how to use it.
 */
export function partModel(files: readonly File[]): {
  readonly model: ModelFolder | null
  readonly rest: readonly File[]
} {
  const paths = files.map((file) => file.webkitRelativePath.replace(/^\//, '') || file.name)
  const onnx = paths.find((path) => /\.onnx$/i.test(path))
  if (onnx === undefined) return { model: null, rest: files }
  // Folders inside have a config.json too, of their pooling.
  const configs = paths.filter((path) => path.split('/').at(-1) === 'config.json')
  const config = configs.sort((a, b) => a.split('/').length - b.split('/').length)[0] as string | undefined
  if (config === undefined)
    throw new InputError(
      `Embed: there is no config.json beside ${onnx}`,
      'Drop the whole folder of a model as the hub has it, with its config.json, tokenizer.json and onnx files.',
    )
  const root = config.slice(0, -'config.json'.length)
  const isOfModel = (path: string): boolean => path.startsWith(root) && OF_MODELS.test(path)
  const found = files.flatMap((file, i) =>
    isOfModel(paths[i]) ? [{ path: paths[i].slice(root.length), file }] : [],
  )
  const name = root.split('/').findLast(Boolean) ?? UNNAMED
  return { model: { name, files: found }, rest: files.filter((_, i) => !isOfModel(paths[i])) }
}

/** The encoder that a run is made by, as it is called in a sentence. */
export function nameOfEncoder({ settings, modelFolder }: Pick<Session, 'settings' | 'modelFolder'>): string {
  if (settings.encoder === 'vectors') return 'the encoder of the file’s own vectors'
  if (settings.encoder === 'lexical') return 'the lexical encoder'
  const model = modelFolder?.name ?? settings.model
  return model === null ? 'CLIP' : `the model “${shortName(model)}”`
}

/** Of a folder at an address its last part; of a model on the hub its id as it is. */
function shortName(model: string): string {
  return /^https?:/.test(model) ? (model.split(/[?#]/)[0].split('/').findLast(Boolean) ?? model) : model
}
