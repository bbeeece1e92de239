import type { ModelKind } from '../onnx/onnx.ts'
import { isRecord } from '../tokenizers/tokenizer-file.ts'

/** CLIP and its kin hold a text model beside an image model; others are taken for sentence encoders. @param config `config.json` */
export function kindOf(config: unknown): ModelKind {
  const { model_type: type, text_config: text } = isRecord(config) ? config : {}
  return (typeof type === 'string' && type.startsWith('clip')) || isRecord(text) ? 'clip' : 'sentence'
}

/** Where a model's ONNX files begin, before the number format's suffix. */
export function onnxStem(kind: ModelKind): string {
  return kind === 'clip' ? 'onnx/text_model' : 'onnx/model'
}

/** The types of a sentence-transformers model's modules, in their order. @param modules `modules.json` */
export function typesOf(modules: unknown): string[] {
  const list: unknown[] = Array.isArray(modules) ? modules : []
  return list.map((module) => (isRecord(module) ? String(module.type) : ''))
}

/** The file that says how such a model pools. @param modules `modules.json` */
export function poolingPath(modules: unknown): string {
  const list: unknown[] = Array.isArray(modules) ? modules : []
  const module = list[typesOf(modules).findIndex((type) => type.endsWith('Pooling'))]
  const folder =
    isRecord(module) && typeof module.path === 'string' && module.path ? module.path : '1_Pooling'
  return `${folder}/config.json`
}

/** The file that says how such a model reads its texts. @param modules `modules.json` */
export function transformerPath(modules: unknown): string {
  const list: unknown[] = Array.isArray(modules) ? modules : []
  const module = list[typesOf(modules).findIndex((type) => type.endsWith('Transformer'))]
  const folder = isRecord(module) && typeof module.path === 'string' && module.path ? `${module.path}/` : ''
  return `${folder}sentence_bert_config.json`
}
