// How often every edge is sampled, in samples per 65,536 epochs; the strongest one is sampled in every epoch.
struct Params { begin: u32, end: u32, maxWeight: f32 }
override WORKGROUP_SIZE: u32;
@group(0) @binding(0) var<uniform> params: Params;
@group(0) @binding(1) var<storage, read> weights: array<f32>;      // [nEdges]
@group(0) @binding(2) var<storage, read_write> rates: array<u32>;  // [nEdges] in [1, 65536]

@compute @workgroup_size(WORKGROUP_SIZE)
fn main(@builtin(global_invocation_id) id: vec3u) {
  let edge = params.begin + id.x;
  if (edge >= params.end) { return; }
  rates[edge] = clamp(u32(round(weights[edge] / params.maxWeight * 65536.0)), 1u, 65536u);
}
