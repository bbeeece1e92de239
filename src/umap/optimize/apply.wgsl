// Ends an epoch: adds what the other ends of the edges did to every vertex.
struct Params { begin: u32, end: u32, unit: f32 }
override WORKGROUP_SIZE: u32;
@group(0) @binding(0) var<uniform> params: Params;
@group(0) @binding(1) var<storage, read> moved: array<vec2f>;            // [nPoints]
@group(0) @binding(2) var<storage, read_write> pulls: array<vec2i>;      // [nPoints] in units, zero afterwards
@group(0) @binding(3) var<storage, read_write> positions: array<vec2f>;  // [nPoints]

@compute @workgroup_size(WORKGROUP_SIZE)
fn main(@builtin(global_invocation_id) id: vec3u) {
  let row = params.begin + id.x;
  if (row >= params.end) { return; }
  positions[row] = moved[row] + vec2f(pulls[row]) * params.unit;
  pulls[row] = vec2i();
}
