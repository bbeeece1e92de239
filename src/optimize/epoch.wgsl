// One epoch of UMAP's stochastic gradient descent, a vertex a thread. The thread walks its edges; its own moves stay in a
// register, and what it does to the other end of an edge is added to `pulls` as fixed-point integers, whose sum does not
// depend on the order. The schedule has no state: whether an edge is due, and with how many negatives, follows from the
// epoch and the edge's rate alone.
struct Params {
  begin: u32,
  end: u32,
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
@group(0) @binding(1) var<storage, read> rowStarts: array<u32>;            // [nPoints + 1]
@group(0) @binding(2) var<storage, read> columns: array<u32>;              // [nEdges]
@group(0) @binding(3) var<storage, read> rates: array<u32>;                // [nEdges] samples per 65,536 epochs
@group(0) @binding(4) var<storage, read> shares: array<f32>;               // [nPoints] of each pull that a vertex takes
@group(0) @binding(5) var<storage, read> positions: array<vec2f>;          // [nPoints] before this epoch
@group(0) @binding(6) var<storage, read_write> moved: array<vec2f>;        // [nPoints] after the own moves
@group(0) @binding(7) var<storage, read_write> pulls: array<atomic<i32>>;  // [nPoints, 2]

@compute @workgroup_size(WORKGROUP_SIZE)
fn main(@builtin(global_invocation_id) id: vec3u) {
  let head = params.begin + id.x;
  if (head >= params.end) { return; }
  let indexScale = f32(params.nPoints) / 16777216.0;
  let end = rowStarts[head + 1u];
  var position = positions[head];
  var random = pcg(params.seed ^ pcg(params.epoch ^ pcg(head)));
  var edge = rowStarts[head];
  loop {
    // Threads run ahead to their next due edge and then spend their negatives side by side.
    while (edge < end && samples(params.epoch, rates[edge]) == samples(params.epoch - 1u, rates[edge])) { edge++; }
    if (edge >= end) { break; }
    let tail = columns[edge];
    let pull = attraction(position - positions[tail]);
    position += pull;
    let back = vec2i(round(-pull * shares[tail] * params.fixedPoint));
    atomicAdd(&pulls[2u * tail], back.x);
    atomicAdd(&pulls[2u * tail + 1u], back.y);
    for (var negative = negatives(rates[edge]); negative > 0u; negative--) {
      // A linear congruential step from the hashed start; its upper 24 bits, scaled, can never round up to nPoints.
      random = random * 747796405u + 2891336453u;
      let other = u32(i32(f32(i32(random >> 8u)) * indexScale));
      position += repulsion(position - positions[other], other != head);
    }
    edge++;
  }
  moved[head] = position;
}

// Samples of an edge in the first `epoch` epochs; exact, without 64-bit integers.
fn samples(epoch: u32, rate: u32) -> u32 {
  return (epoch >> 16u) * rate + (((epoch & 0xffffu) * rate) >> 16u);
}

// Negatives that are due with this sample: those of all epochs so far, less those that came with the sample before. As
// in umap-learn, the very first sample has one less.
fn negatives(rate: u32) -> u32 {
  let sample = samples(params.epoch, rate);
  let sofar = samples(params.epoch * params.nNegatives, rate);
  if (sample == 1u) { return max(sofar, 1u) - 1u; }
  let before = (((sample - 1u) << 16u) + rate - 1u) / rate; // epoch of the sample before
  return sofar - samples(before * params.nNegatives, rate);
}

fn attraction(offset: vec2f) -> vec2f {
  let squared = dot(offset, offset);
  let power = exp2(params.b * log2(squared));
  let coefficient = -2.0 * params.a * params.b * power / (squared * (params.a * power + 1.0));
  let step = clamp(coefficient * offset, vec2f(-4.0), vec2f(4.0)) * params.learningRate;
  return select(vec2f(), step, squared > 0.0);
}

fn repulsion(offset: vec2f, isOther: bool) -> vec2f {
  let squared = dot(offset, offset);
  let power = exp2(params.b * log2(squared));
  let coefficient = 2.0 * params.b / ((0.001 + squared) * (params.a * power + 1.0));
  let step = clamp(coefficient * offset, vec2f(-4.0), vec2f(4.0)) * params.learningRate;
  return select(vec2f(), step, isOther && squared > 0.0);
}
