// One epoch of UMAP's stochastic gradient descent, a vertex a thread. The thread walks its edges; its own moves stay in a
// register, and what it does to the other end of an edge is added to `pulls` as fixed-point integers, whose sum does not
// depend on the order. The schedule has no state: whether an edge is due, and with how many negatives, follows from the
// epoch and the edge's rate alone.
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

@compute @workgroup_size(WORKGROUP_SIZE)
fn main(@builtin(global_invocation_id) id: vec3u) {
  let head = params.begin + id.x;
  if (head >= params.end) { return; }
  let local = (head - params.partBegin) * params.nSets;
  let own = bounds[local + params.setIndex];
  // The set's entries are the first of the row's columns.
  let toColumns = bounds[local + params.nSets - 1u].x - own.x;
  let end = own.x + own.y;
  var position = positions[head];
  var random = pcg(params.seed ^ pcg(params.epoch ^ pcg(head)));
  var edge = own.x;
  var rate = 0u;
  loop {
    // Threads run ahead to their next due edge and then spend their negatives side by side.
    while (edge < end) {
      rate = rateOf(weightAt(edge));
      if (samples(params.epoch, rate) != samples(params.epoch - 1u, rate)) { break; }
      edge++;
    }
    if (edge >= end) { break; }
    let tail = columns[edge + toColumns];
    let pull = attraction(position - positions[tail], params.learningRate);
    position += pull;
    let share = min(1.0, pullRates[tail] / params.learningRate);
    let back = vec2i(round(-pull * share * params.fixedPoint));
    atomicAdd(&pulls[2u * tail], back.x);
    atomicAdd(&pulls[2u * tail + 1u], back.y);
    for (var negative = negatives(rate); negative > 0u; negative--) {
      random = stepped(random);
      let other = scaled(random, params.nPoints);
      position += select(vec2f(), repulsion(position - positions[other], params.learningRate), other != head);
    }
    edge++;
  }
  moved[head] = position;
}

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
