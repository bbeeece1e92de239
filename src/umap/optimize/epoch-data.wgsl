// What an epoch of the descent reads and writes, the schedule, and what a due edge does; every arrangement of the kernel shares them.
struct Params {
  begin: u32,
  end: u32,
  partBegin: u32,
  nSets: u32,
  setIndex: u32,
  least: u32,         // edges with less weight are never sampled, in 1/65,535
  nPoints: u32,
  epoch: u32,         // from 1
  seed: u32,
  nNegatives: u32,    // a sampled edge
  learningRate: f32,  // of this epoch
  a: f32,
  b: f32,
  fixedPoint: f32,    // integers a unit of `pulls`
}
override WORKGROUP_SIZE: u32;
@group(0) @binding(0) var<uniform> params: Params;
@group(0) @binding(1) var<storage, read> bounds: array<vec2u>;             // [rows of the part, nSets]
@group(0) @binding(2) var<storage, read> columns: array<u32>;              // [entries]
@group(0) @binding(3) var<storage, read> weights: array<u32>;              // [entries] of the set, two each
@group(0) @binding(4) var<storage, read> pullRates: array<f32>;            // [nPoints] up to which a vertex follows pulls
@group(0) @binding(5) var<storage, read> positions: array<vec2f>;          // [nPoints] before this epoch
@group(0) @binding(6) var<storage, read_write> moved: array<vec2f>;        // [nPoints] after the own moves
@group(0) @binding(7) var<storage, read_write> pulls: array<atomic<i32>>;  // [nPoints, 2]

// Samples of an edge of this weight per 65,536 epochs; the strongest one is sampled in every epoch.
fn rateOf(weight: u32) -> u32 { return select(0u, weight + (weight >> 15u), weight >= params.least); }

// Negatives that are due with this sample: those of all epochs so far, less those that came with the sample before. As
// in umap-learn, the very first sample has one less.
fn negatives(rate: u32) -> u32 {
  let sample = samples(params.epoch, rate);
  let sofar = samples(params.epoch * params.nNegatives, rate);
  if (sample == 1u) { return max(sofar, 1u) - 1u; }
  let before = (((sample - 1u) << 16u) + rate - 1u) / rate; // epoch of the sample before
  return sofar - samples(before * params.nNegatives, rate);
}

// Whether an edge of this rate is sampled in this epoch.
fn isDue(rate: u32) -> bool { return samples(params.epoch, rate) != samples(params.epoch - 1u, rate); }

// Where the chain of a vertex's random numbers begins.
fn randomOf(head: u32) -> u32 { return pcg(params.seed ^ pcg(params.epoch ^ pcg(head))); }

// Where the head of a due edge is after its tail has drawn it; the tail's half is added to its pulls.
fn drawn(position: vec2f, tail: u32) -> vec2f {
  let pull = attraction(position - positions[tail], params.learningRate);
  let share = min(1.0, pullRates[tail] / params.learningRate);
  let back = vec2i(round(-pull * share * params.fixedPoint));
  atomicAdd(&pulls[2u * tail], back.x);
  atomicAdd(&pulls[2u * tail + 1u], back.y);
  return position + pull;
}

// Where it is after a random point has pushed it.
fn pushedBy(position: vec2f, other: u32, place: vec2f, head: u32) -> vec2f {
  return position + select(vec2f(), repulsion(position - place, params.learningRate), other != head);
}
