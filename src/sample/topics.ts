import { artTopics } from './topics-art.ts'
import { designTopics } from './topics-design.ts'
import type { Topic } from './grammar.ts'
import { livingTopics } from './topics-living.ts'
import { outdoorTopics } from './topics-outdoors.ts'
import { shopTopics } from './topics-shop.ts'

/** All topics of the sample. */
export const topics: readonly Topic[] = [
  ...artTopics,
  ...designTopics,
  ...livingTopics,
  ...outdoorTopics,
  ...shopTopics,
]
