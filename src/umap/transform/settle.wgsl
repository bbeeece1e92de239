// Some epochs of gradient descent in which only new points move, a new point a thread: they see fitted points alone, so
// that none depends on another and a thread can take many epochs at once.
struct Params {
  begin: u32,
  end: u32,
  firstRow: u32,      // number of the first new point at hand among all new points
  stride: u32,
  k: u32,
  nFitted: u32,
  epochBegin: u32,    // from 1
  epochEnd: u32,      // the first that is not run
  nEpochs: u32,
  seed: u32,
  nNegatives: u32,    // a sampled edge
  learningRate: f32,  // of the first epoch
  a: f32,
  b: f32,
}
override WORKGROUP_SIZE: u32;
@group(0) @binding(0) var<uniform> params: Params;
@group(0) @binding(1) var<storage, read> ids: array<u32>;            // [nNew, stride], the first k in use
@group(0) @binding(2) var<storage, read> rates: array<u32>;          // [nNew, k] samples per 65,536 epochs
@group(0) @binding(3) var<storage, read> fitted: array<vec2f>;       // [nFitted]
@group(0) @binding(4) var<storage, read_write> placed: array<vec2f>; // [nNew]

@compute @workgroup_size(WORKGROUP_SIZE)
fn main(@builtin(global_invocation_id) id: vec3u) {
  let row = params.begin + id.x;
  if (row >= params.end) { return; }
  var position = placed[row];
  for (var epoch = params.epochBegin; epoch < params.epochEnd; epoch++) {
    let learningRate = params.learningRate * (1.0 - f32(epoch - 1u) / f32(params.nEpochs));
    var random = pcg(params.seed ^ pcg(epoch ^ pcg(params.firstRow + row)));
    for (var slot = 0u; slot < params.k; slot++) {
      let rate = rates[row * params.k + slot];
      if (samples(epoch, rate) == samples(epoch - 1u, rate)) { continue; }
      position += attraction(position - fitted[ids[row * params.stride + slot]], learningRate);
      for (var negative = 0u; negative < params.nNegatives; negative++) {
        random = stepped(random);
        position += repulsion(position - fitted[scaled(random, params.nFitted)], learningRate);
      }
    }
  }
  placed[row] = position;
}
