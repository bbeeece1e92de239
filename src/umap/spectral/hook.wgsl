// One round of connected components: every vertex, and the vertex that names its component, take the smallest label
// around (after Shiloach and Vishkin 1982). Labels only ever fall, so the order of the threads changes the number of
// rounds but not the end: the smallest index of each component.
struct Params { begin: u32, end: u32, partBegin: u32, nSets: u32, least: u32 }
override WORKGROUP_SIZE: u32;
@group(0) @binding(0) var<uniform> params: Params;
@group(0) @binding(1) var<storage, read> bounds: array<vec2u>;               // [rows of the part, nSets]
@group(0) @binding(2) var<storage, read> columns: array<u32>;                // [entries]
@group(0) @binding(3) var<storage, read> weights: array<u32>;                // [entries] of the last set, two each
@group(0) @binding(4) var<storage, read_write> labels: array<atomic<u32>>;   // [nPoints], each its own index at first
@group(0) @binding(5) var<storage, read_write> changes: atomic<u32>;         // 1 when any label fell

@compute @workgroup_size(WORKGROUP_SIZE)
fn main(@builtin(global_invocation_id) id: vec3u) {
  let row = params.begin + id.x;
  if (row >= params.end) { return; }
  let label = atomicLoad(&labels[row]);
  var least = label;
  let own = bounds[(row - params.partBegin + 1u) * params.nSets - 1u];
  for (var edge = own.x; edge < own.x + own.y; edge++) {
    if (weightAt(edge) >= params.least) { least = min(least, atomicLoad(&labels[columns[edge]])); }
  }
  if (least < label) {
    atomicMin(&labels[row], least);
    atomicMin(&labels[label], least);
    atomicMax(&changes, 1u);
  }
}
