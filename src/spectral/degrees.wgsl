// Square root of every vertex's degree, the sum of its weights.
struct Params { begin: u32, end: u32 }
override WORKGROUP_SIZE: u32;
@group(0) @binding(0) var<uniform> params: Params;
@group(0) @binding(1) var<storage, read> rowStarts: array<u32>;          // [nPoints + 1]
@group(0) @binding(2) var<storage, read> weights: array<f32>;            // [nEdges]
@group(0) @binding(3) var<storage, read_write> rootDegrees: array<f32>;  // [nPoints]

@compute @workgroup_size(WORKGROUP_SIZE)
fn main(@builtin(global_invocation_id) id: vec3u) {
  let row = params.begin + id.x;
  if (row >= params.end) { return; }
  var degree = 0.0;
  for (var edge = rowStarts[row]; edge < rowStarts[row + 1u]; edge++) { degree += weights[edge]; }
  rootDegrees[row] = sqrt(degree);
}
