// Where the columns that a level adds to each row begin.
struct Params { begin: u32, end: u32, nSets: u32, level: u32 }
override WORKGROUP_SIZE: u32;
@group(0) @binding(0) var<uniform> params: Params;
@group(0) @binding(1) var<storage, read> bounds: array<vec2u>;         // [rows of the part, nSets]
@group(0) @binding(2) var<storage, read_write> cursors: array<u32>;    // [rows of the part]

@compute @workgroup_size(WORKGROUP_SIZE)
fn main(@builtin(global_invocation_id) id: vec3u) {
  let row = params.begin + id.x;
  if (row >= params.end) { return; }
  let own = row * params.nSets;
  var before = 0u; // entries of the levels below
  if (params.level > 0u) { before = bounds[own + params.level - 1u].y; }
  cursors[row] = bounds[own + params.nSets - 1u].x + before;
}
