// Every vertex's degree, the sum of its weights in the graph's last set; 0 outside of the largest component, which takes
// what lies there out of all that follows.
struct Params { begin: u32, end: u32, partBegin: u32, nSets: u32, least: u32 }
override WORKGROUP_SIZE: u32;
@group(0) @binding(0) var<uniform> params: Params;
@group(0) @binding(1) var<storage, read> bounds: array<vec2u>;       // [rows of the part, nSets]
@group(0) @binding(2) var<storage, read> weights: array<u32>;        // [entries] of the last set, two each
@group(0) @binding(3) var<storage, read> labels: array<u32>;         // [nPoints] cluster of each point, or OUTSIDE
@group(0) @binding(4) var<storage, read_write> degrees: array<f32>;  // [nPoints]

const OUTSIDE = 0xfffffffeu;

@compute @workgroup_size(WORKGROUP_SIZE)
fn main(@builtin(global_invocation_id) id: vec3u) {
  let row = params.begin + id.x;
  if (row >= params.end) { return; }
  let own = bounds[(row - params.partBegin + 1u) * params.nSets - 1u];
  var degree = 0.0;
  for (var edge = own.x; edge < own.x + own.y; edge++) {
    let weight = weightAt(edge);
    if (weight >= params.least) { degree += f32(weight) / 65535.0; }
  }
  degrees[row] = select(degree, 0.0, labels[row] == OUTSIDE);
}
